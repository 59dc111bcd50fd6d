// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.builtin.Hashing;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Puts the candidates in an order that depends on a key and on which endpoints they are, and on nothing else; then lets the first
 * one have the request that is not loaded too much.
 *
 * <p><b>Order.</b> Each endpoint has a distance from each key, and the nearest comes first. It is a function of the two alone, so
 * an endpoint that joins or leaves moves only the keys that it is nearest to. On a <em>ring</em> every endpoint has some points
 * and its distance is that from the key clockwise to the first of them (consistent hashing, Karger et al., STOC 1997); without
 * points the distance is a hash of both (rendezvous hashing, Thaler and Ravishankar, 1998).
 *
 * <p><b>Bound.</b> With n candidates of which {@code total} requests of this scheduler are in flight, a candidate is within the
 * bound if it has at most {@code (total + 1) / n * factor} of them (consistent hashing with bounded loads, Mirrokni, Thorup and
 * Zadimoghaddam, SODA 2018; this form is SMG's). With a factor of at least 1 somebody always is. A candidate whose load is not
 * known is within the bound and does not count in n.
 *
 * <p><b>Scores.</b> The nearest within the bound scores 1, the next ones 1/2, 1/4 and so on, as many as a decision has fallbacks;
 * all others score 0. While they are sought, the caller's array holds distances, from 2 up, so that nothing is allocated.
 *
 * <p>An endpoint's hashes are made when it is first seen, kept by slot and incarnation, and released when it leaves; who left
 * is remembered by that alone until another one has the slot. Thread-safe,
 * lock-free but for a first sight. O(candidates * log(points)).
 */
final class HashPlacement {
    private static final int RANKED = 1 + Leg.MAX_FALLBACKS;
    private static final double FARTHER_THAN_ALL = 4;
    private static final double LEAST_DISTANCE = 2;

    private final AffinityKey key;
    private final double loadFactor;
    private final int points;

    private final Object writing = new Object();
    private volatile AtomicReferenceArray<@Nullable Place> places = new AtomicReferenceArray<>(0);

    /**
     * Makes an order.
     *
     * @param key what makes requests alike
     * @param loadFactor how many times the mean load the bound is; at least 1
     * @param points each endpoint's points on the ring; 0 for rendezvous hashing
     */
    HashPlacement(AffinityKey key, double loadFactor, int points) {
        if (!(loadFactor >= 1 && loadFactor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("loadFactor: must be a finite number >= 1, but was " + loadFactor
                    + ".\nMaybe 1.25; below 1 there may be nobody who is not loaded too much.");
        }
        this.key = key;
        this.loadFactor = loadFactor;
        this.points = points;
    }

    Set<DataKey> consumes() {
        Set<DataKey> keys = new LinkedHashSet<>(key.consumes());
        keys.add(InFlightLoad.REQUESTS);
        return keys;
    }

    /** Writes all scores; they are missing if the request has no key. */
    void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        int size = candidates.size();
        long hash = key.hash(cycle);
        if (hash == AffinityKey.NONE) {
            Arrays.fill(scores, 0, size, Scorer.MISSING);
            return;
        }
        LongColumn load = cycle.column(InFlightLoad.REQUESTS);
        double bound = bound(candidates, load);
        FleetSnapshot fleet = cycle.fleet();
        for (int i = 0; i < size; i++) {
            int slot = candidates.slot(i);
            // A missing load is the least long, and so within any bound.
            scores[i] = load.get(slot) <= bound
                    ? LEAST_DISTANCE + Hashing.unit(place(slot, fleet).distance(hash))
                    : 0;
        }
        double score = 1;
        for (int rank = 0; rank < RANKED && rank < size; rank++) {
            int nearest = nearest(candidates, scores, size);
            if (nearest < 0) {
                return;
            }
            scores[nearest] = score;
            score /= 2;
        }
        for (int i = 0; i < size; i++) {
            if (scores[i] >= LEAST_DISTANCE) {
                scores[i] = 0;
            }
        }
    }

    private double bound(Candidates candidates, LongColumn load) {
        double total = 0;
        int known = 0;
        for (int i = 0; i < candidates.size(); i++) {
            long requests = load.get(candidates.slot(i));
            if (requests != LongColumn.MISSING) {
                total += requests;
                known++;
            }
        }
        return known == 0 ? Double.POSITIVE_INFINITY : (total + 1) / known * loadFactor;
    }

    /** Distances are equal about never; the slot decides then, because positions carry no meaning. */
    private static int nearest(Candidates candidates, double[] scores, int size) {
        int nearest = -1;
        double least = FARTHER_THAN_ALL;
        for (int i = 0; i < size; i++) {
            double distance = scores[i];
            if (distance < LEAST_DISTANCE || distance > least) {
                continue;
            }
            if (distance < least || candidates.slot(i) < candidates.slot(nearest)) {
                nearest = i;
                least = distance;
            }
        }
        return nearest;
    }

    private Place place(int slot, FleetSnapshot fleet) {
        AtomicReferenceArray<@Nullable Place> known = places;
        Place place = slot < known.length() ? known.get(slot) : null;
        long incarnation = fleet.incarnation(slot);
        return place != null && place.incarnation == incarnation && !place.gone
                ? place
                : newPlace(slot, incarnation, fleet.endpoint(slot).id());
    }

    private Place newPlace(int slot, long incarnation, String endpointId) {
        Place place = Place.of(incarnation, Hashing.with(0, endpointId), points);
        synchronized (writing) {
            AtomicReferenceArray<@Nullable Place> known = withRoomFor(slot);
            Place there = known.get(slot);
            // A decision on an old snapshot must neither bring back who has left nor displace who came since.
            if (there == null || there.incarnation < incarnation) {
                known.set(slot, place);
            }
        }
        return place;
    }

    private AtomicReferenceArray<@Nullable Place> withRoomFor(int slot) {
        AtomicReferenceArray<@Nullable Place> known = places;
        if (slot < known.length()) {
            return known;
        }
        AtomicReferenceArray<@Nullable Place> wider =
                new AtomicReferenceArray<>(Math.max(slot + 1, known.length() * 2));
        for (int i = 0; i < known.length(); i++) {
            wider.set(i, known.get(i));
        }
        places = wider;
        return wider;
    }

    /** Makes an endpoint's hashes before it is needed. */
    void joined(int slot, long incarnation, String endpointId) {
        newPlace(slot, incarnation, endpointId);
    }

    /** Releases what is kept of an endpoint. */
    void left(int slot, long incarnation) {
        synchronized (writing) {
            withRoomFor(slot).set(slot, Place.gone(incarnation));
        }
    }

    /** Where an endpoint is: its points on the ring in unsigned order, or its hash alone. */
    private static final class Place {
        private static final long[] NO_POINTS = {};

        final long incarnation;
        final boolean gone;
        private final long hash;
        private final long[] points;

        private Place(long incarnation, boolean gone, long hash, long[] points) {
            this.incarnation = incarnation;
            this.gone = gone;
            this.hash = hash;
            this.points = points;
        }

        static Place of(long incarnation, long hash, int count) {
            long[] points = new long[count];
            for (int i = 0; i < count; i++) {
                // With its sign bit turned, the order of signed numbers is that of unsigned ones.
                points[i] = Hashing.with(hash, i) ^ Long.MIN_VALUE;
            }
            Arrays.sort(points);
            return new Place(incarnation, false, hash, points);
        }

        static Place gone(long incarnation) {
            return new Place(incarnation, true, 0, NO_POINTS);
        }

        long distance(long key) {
            if (points.length == 0) {
                return Hashing.mix(hash ^ key);
            }
            int found = Arrays.binarySearch(points, key ^ Long.MIN_VALUE);
            int next = found >= 0 ? found : -found - 1;
            return (points[next == points.length ? 0 : next] ^ Long.MIN_VALUE) - key;
        }
    }
}
