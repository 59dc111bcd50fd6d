// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.transfer.TransferPath;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.internal.topology.Topology;
import dev.pointsman.core.latency.PredictedTimes;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of each endpoint during its life, by slot. Some of it does not change: where it is, what KV it keeps, and how fast that
 * gets in and out. Some of it is counted: what this scheduler sent there of late. Worked out when an endpoint is first asked for and
 * forgotten when it leaves. Thread-safe; reading takes no lock, but for what was sent since the last report.
 */
final class Places {
    private final JointSettings settings;
    /** Names that endpoints share, so that those of two places are equal only if they are the same object. */
    private final Interner<String> names = Interners.newWeakInterner();

    private volatile AtomicReferenceArray<@Nullable Place> bySlot = new AtomicReferenceArray<>(0);

    Places(JointSettings settings) {
        this.settings = settings;
    }

    /**
     * Returns the place of the endpoint that a snapshot has in a slot.
     *
     * @param times asked for its deployment unless that is known; null if nobody knows
     */
    Place at(FleetSnapshot fleet, int slot, @Nullable PredictedTimes times) {
        AtomicReferenceArray<@Nullable Place> places = bySlot;
        Place place = slot < places.length() ? places.get(slot) : null;
        long incarnation = fleet.incarnation(slot);
        Place same = place != null && place.incarnation == incarnation && place.endpoint.equals(fleet.endpoint(slot))
                ? place
                : null;
        if (same != null && same.deployment != null) {
            return same;
        }
        // A deployment that is learnt of later than its endpoint replaces what was worked out without it.
        Deployment deployment = times == null ? null : times.deployment(slot);
        if (same != null && deployment == null) {
            return same;
        }
        Place made = new Place(settings, names, incarnation, fleet.endpoint(slot), deployment);
        if (place != null
                && place.incarnation == incarnation
                && place.endpoint.id().equals(made.endpoint.id())) {
            made.goOnFrom(place);
        }
        keep(slot, made);
        return made;
    }

    /** Takes down a prompt that is sent to a slot to be read. */
    void sent(FleetSnapshot fleet, int slot) {
        Place place = living(fleet, slot);
        if (place != null && fleet.metrics(slot).has(Signal.WAITING_REQUESTS)) {
            place.sent(fleet.metrics(slot).observedAt(Signal.WAITING_REQUESTS));
        }
    }

    /** Takes down where a prompt is to be read, and where its answer is made. */
    void dispatched(FleetSnapshot fleet, int reader, int decoder, long now) {
        Place reading = living(fleet, reader);
        if (reading != null) {
            reading.reads(now);
        }
        Place decoding = reader == decoder ? null : living(fleet, decoder);
        if (decoding != null) {
            decoding.joined(now);
        }
    }

    private @Nullable Place living(FleetSnapshot fleet, int slot) {
        AtomicReferenceArray<@Nullable Place> places = bySlot;
        Place place = slot < places.length() ? places.get(slot) : null;
        return place != null && fleet.occupied(slot) && place.incarnation == fleet.incarnation(slot) ? place : null;
    }

    private synchronized void keep(int slot, Place place) {
        AtomicReferenceArray<@Nullable Place> places = bySlot;
        if (slot >= places.length()) {
            AtomicReferenceArray<@Nullable Place> wider =
                    new AtomicReferenceArray<>(Math.max(slot + 1, 2 * places.length()));
            for (int i = 0; i < places.length(); i++) {
                wider.set(i, places.get(i));
            }
            bySlot = wider;
            places = wider;
        }
        places.set(slot, place);
    }

    /** Forgets an endpoint that left. */
    synchronized void leave(int slot, long incarnation) {
        AtomicReferenceArray<@Nullable Place> places = bySlot;
        Place place = slot < places.length() ? places.get(slot) : null;
        if (place != null && place.incarnation == incarnation) {
            places.set(slot, null);
        }
    }

    /**
     * How many requests came somewhere of late. Immutable.
     *
     * @param count how many, of which those of {@link #MEMORY_NANOS} before the last one count e times less
     * @param last when the last one came
     */
    private record Arrivals(double count, long last) {
        static final Arrivals NONE = new Arrivals(0, 0);
        /** Half a minute: many prompts, or none where hardly any come. */
        private static final double MEMORY_NANOS = 30e9;

        Arrivals and(long now) {
            return new Arrivals(1 + rate(now) * MEMORY_NANOS, now);
        }

        double rate(long now) {
            return count == 0 ? 0 : count / MEMORY_NANOS * Math.exp(-Math.max(0, now - last) / MEMORY_NANOS);
        }
    }

    /** One endpoint during one of its lives, and what was sent there of late and since its last report. Thread-safe. */
    static final class Place {
        final Endpoint endpoint;
        final @Nullable Deployment deployment;
        /** Whether answers are made there, too. */
        final boolean decodes;
        /** Tokens of KV that fit, or 0 if that is not known. */
        final long capacity;
        /** The way from its own lower tier. */
        final KvLink lowerTier;

        private volatile Arrivals reads = Arrivals.NONE;
        private volatile Arrivals joins = Arrivals.NONE;
        private final long incarnation;
        private final JointSettings settings;
        private long reportedAt = Long.MIN_VALUE;
        private int sentSince;

        private final KvLink scaleUp;
        private final KvLink scaleOut;
        private final @Nullable String revision;
        /** The model and the type of its KV; null if not known. */
        private final @Nullable String kv;

        private final @Nullable String host;
        private final @Nullable String rack;
        private final @Nullable String zone;
        private final @Nullable String region;

        private Place(
                JointSettings settings,
                Interner<String> names,
                long incarnation,
                Endpoint endpoint,
                @Nullable Deployment deployment) {
            this.settings = settings;
            this.incarnation = incarnation;
            this.endpoint = endpoint;
            this.deployment = deployment;
            decodes = endpoint.role().decodes();
            capacity =
                    deployment == null ? 0 : Math.max(0, deployment.kvCapacity().tokens());
            scaleUp = link(deployment, LinkKind.SCALE_UP);
            scaleOut = link(deployment, LinkKind.SCALE_OUT);
            KvLink told = settings.lowerTier();
            lowerTier = told != null ? told : link(deployment, LinkKind.HOST);
            String stated = endpoint.labels().get(settings.revisionLabel());
            revision = stated == null ? null : names.intern(stated);
            kv = deployment == null
                    ? null
                    : names.intern(
                            deployment.kvCache() + " " + deployment.model().id());
            host = stated(endpoint, Topology.Tier.HOST, names);
            rack = stated(endpoint, Topology.Tier.RACK, names);
            zone = stated(endpoint, Topology.Tier.ZONE, names);
            region = stated(endpoint, Topology.Tier.REGION, names);
        }

        private static @Nullable String stated(Endpoint endpoint, Topology.Tier tier, Interner<String> names) {
            String value = endpoint.labels().get(tier.label());
            return value == null || value.isBlank() ? null : names.intern(value);
        }

        private static KvLink link(@Nullable Deployment deployment, LinkKind kind) {
            if (deployment == null) {
                return KvLink.NONE;
            }
            Accelerator accelerator = deployment.accelerator();
            return accelerator.link(kind).isEmpty()
                    ? KvLink.NONE
                    : KvLink.of(TransferPath.over(accelerator, kind, deployment.chips()));
        }

        /** Takes over what came so far, from when less was known of the same endpoint. */
        private void goOnFrom(Place before) {
            synchronized (before) {
                reads = before.reads;
                joins = before.joins;
                reportedAt = before.reportedAt;
                sentSince = before.sentSince;
            }
        }

        /** Takes down a prompt that is sent here to be read, after a report of some time. */
        synchronized void sent(long report) {
            sentSince = report == reportedAt ? sentSince + 1 : 1;
            reportedAt = report;
        }

        /** Returns the prompts sent here to be read since a report, as far as this scheduler sent them. */
        synchronized int sentSince(long report) {
            return report == reportedAt ? sentSince : 0;
        }

        private synchronized void reads(long now) {
            reads = reads.and(now);
        }

        private synchronized void joined(long now) {
            joins = joins.and(now);
        }

        /** Returns how many prompts a nanosecond come to be read here, of late and as far as this scheduler sends them. */
        double readRate(long now) {
            return reads.rate(now);
        }

        /** Returns how many requests a nanosecond come to be decoded here that were read elsewhere, likewise. */
        double joinRate(long now) {
            return joins.rate(now);
        }

        /** Tells whether KV of one is any use to the other: the same revision if both state one, model and data type. */
        boolean compatible(Place other) {
            return sameRevision(other) && !differ(kv, other.kv);
        }

        /** Tells whether both are of one revision, or one of them states none. */
        boolean sameRevision(Place other) {
            return !differ(revision, other.revision);
        }

        /** Returns how far apart two are; tiers are nested, as in {@link Topology}. */
        Distance distance(Place other) {
            if (differ(region, other.region) || differ(zone, other.zone) || differ(rack, other.rack)) {
                return Distance.OTHER;
            }
            if (same(host, other.host)) {
                return Distance.HOST;
            }
            return same(rack, other.rack) ? Distance.RACK : Distance.OTHER;
        }

        private static boolean differ(@Nullable String here, @Nullable String there) {
            return here != null && there != null && !same(here, there);
        }

        @SuppressWarnings("ReferenceEquality") // Names are interned, and most are different and equally long.
        private static boolean same(@Nullable String here, @Nullable String there) {
            return here != null && here == there;
        }

        /** Returns the link to another one. */
        KvLink to(Place other) {
            return to(other, distance(other));
        }

        /** Returns the link to another one that is so far apart. */
        KvLink to(Place other, Distance distance) {
            KvLink told = settings.links().get(distance);
            if (told != null) {
                return told;
            }
            if (distance == Distance.HOST && scaleUp.open() && other.scaleUp.open()) {
                return scaleUp.through(other.scaleUp);
            }
            return scaleOut.through(other.scaleOut);
        }
    }
}
