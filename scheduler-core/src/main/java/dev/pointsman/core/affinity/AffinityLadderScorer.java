// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.builtin.MinMax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Scores by the best knowledge that there is for the request at hand, and by nothing below it: a ladder of rungs, of which the first
 * one with data counts. So a scheduler that runs out of time, or whose index knows nothing of this prompt, goes on with what is left.
 *
 * <ul>
 *   <li>A <b>prefix producer</b>, by name, has data if it looked up at least one block and knows the answer for one candidate: {@code
 *       matched / total} blocks, weighted by tier where the producer says so. <em>Relative</em> ladders stretch that to the range of
 *       the candidates, {@code (x - min) / (max - min)}, and 1 if all are equal (as BLIS's {@code precise-prefix} does).
 *   <li>{@value #SESSION} has data if the request has a session ({@link Session#ID}): as {@link RendezvousHashScorer} scores by it.
 *   <li>{@value #LOAD} has data if the load of one candidate is known: {@code (max - requests) / (max - min)} of the requests in
 *       flight, and 1 if all are equal.
 * </ul>
 *
 * <p>Scores of candidates that the rung does not know are missing, and all are if no rung has data. The explanation says which rung it
 * was and which above it had none. A match of nothing is data: all score 0 then, and other scorers decide.
 *
 * <p>The approximate prefix producer and that of sessions are added if nobody declared one; other producers have to be declared, or
 * their rung is never used.
 *
 * <p>Thread-safe and lock-free. O(candidates), allocates nothing but the words of an explanation.
 */
public final class AffinityLadderScorer implements Scorer, DataProducer, FleetListener {
    /** The rung of sessions. */
    public static final String SESSION = "session";

    /** The rung of load. */
    public static final String LOAD = "load";

    /** The rungs unless told otherwise, best first. */
    public static final List<String> DEFAULT_RUNGS =
            List.of("precise-prefix-cache-producer", PrefixMatch.DEFAULT_PRODUCER, SESSION, LOAD);

    private final List<Rung> rungs;
    private final boolean relative;
    private final HashPlacement sessions =
            new HashPlacement(AffinityKey.session(), ConsistentHashScorer.DEFAULT_LOAD_FACTOR, 0);

    /** Goes from the precise index to the approximate one, the session and the load. */
    public AffinityLadderScorer() {
        this(DEFAULT_RUNGS, false);
    }

    /**
     * Sets the rungs.
     *
     * @param rungs names of prefix producers, {@value #SESSION} or {@value #LOAD}; at least one, best first, each once
     * @param relative whether matches are stretched to the range of the candidates
     */
    public AffinityLadderScorer(List<String> rungs, boolean relative) {
        if (requireNonNull(rungs, "rungs").isEmpty()) {
            throw new IllegalArgumentException(
                    "rungs: must be at least one.\nMaybe leave them out; " + DEFAULT_RUNGS + " are used then.");
        }
        if (new LinkedHashSet<>(rungs).size() < rungs.size()) {
            throw new IllegalArgumentException("rungs: must be different, but were " + rungs
                    + ".\nMaybe one was copied and not renamed; the second can never count.");
        }
        List<Rung> made = new ArrayList<>();
        for (String name : rungs) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("rungs: must not be blank, but were " + rungs + ".\nMaybe " + SESSION
                        + ", " + LOAD + " or the name of a prefix producer.");
            }
            made.add(Rung.of(name));
        }
        this.rungs = List.copyOf(made);
        this.relative = relative;
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(); // It only says what it found.
    }

    @Override
    public Set<DataKey> consumes() {
        Set<DataKey> keys = new LinkedHashSet<>();
        for (Rung rung : rungs) {
            if (rung.name.equals(PrefixMatch.DEFAULT_PRODUCER)) {
                keys.add(rung.match);
                keys.add(rung.blocks);
            } else if (rung.name.equals(SESSION)) {
                keys.addAll(sessions.consumes());
            } else if (rung.name.equals(LOAD)) {
                keys.add(InFlightLoad.REQUESTS);
            }
        }
        return keys;
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        Set<DataKey> keys = new LinkedHashSet<>();
        for (Rung rung : rungs) {
            if (!rung.name.equals(SESSION) && !rung.name.equals(LOAD)) {
                keys.addAll(List.of(rung.match, rung.blocks, rung.weighted));
            }
        }
        keys.removeAll(consumes());
        return keys;
    }

    /** Says in the explanation which rung counts. Load is read only when a profile runs, and is always known then. */
    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        if (!cycle.explaining()) {
            return;
        }
        StringBuilder above = new StringBuilder();
        for (Rung rung : rungs) {
            if (rung.name.equals(LOAD) || hasData(rung, cycle, candidates)) {
                cycle.note("scores by " + rung.name + above);
                return;
            }
            above.append(above.length() == 0 ? "; no data from " : ", ").append(rung.name);
        }
        cycle.note("scores nothing" + above);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        for (int i = 0; i < rungs.size(); i++) {
            Rung rung = rungs.get(i);
            if (hasData(rung, cycle, candidates)) {
                score(rung, cycle, candidates, scores);
                return;
            }
        }
        Arrays.fill(scores, 0, candidates.size(), MISSING);
    }

    private static boolean hasData(Rung rung, SchedulingCycle cycle, Candidates candidates) {
        if (rung.name.equals(SESSION)) {
            return cycle.attribute(Session.ID) != null;
        }
        LongColumn numbers;
        if (rung.name.equals(LOAD)) {
            numbers = cycle.column(InFlightLoad.REQUESTS);
        } else {
            PrefixMatch match = cycle.attribute(rung.match);
            if (match == null || match.totalBlocks() == 0) {
                return false;
            }
            numbers = cycle.column(rung.blocks);
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (numbers.has(candidates.slot(i))) {
                return true;
            }
        }
        return false;
    }

    private void score(Rung rung, SchedulingCycle cycle, Candidates candidates, double[] scores) {
        if (rung.name.equals(SESSION)) {
            sessions.score(cycle, candidates, scores);
        } else if (rung.name.equals(LOAD)) {
            LongColumn load = cycle.column(InFlightLoad.REQUESTS);
            for (int i = 0; i < candidates.size(); i++) {
                long requests = load.get(candidates.slot(i));
                scores[i] = requests == LongColumn.MISSING ? MISSING : requests;
            }
            MinMax.leastIsBest(scores, candidates.size());
        } else {
            scoreMatches(rung, cycle, candidates, scores);
        }
    }

    private void scoreMatches(Rung rung, SchedulingCycle cycle, Candidates candidates, double[] scores) {
        PrefixMatch match = requireNonNull(cycle.attribute(rung.match));
        LongColumn blocks = cycle.column(rung.blocks);
        DoubleColumn weighted = cycle.column(rung.weighted);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            double known = blocks.has(slot) ? blocks.get(slot) : MISSING;
            double matched = weighted.has(slot) ? weighted.get(slot) : known;
            scores[i] = matched / match.totalBlocks();
        }
        if (relative) {
            MinMax.mostIsBest(scores, candidates.size());
        }
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        sessions.joined(slot, incarnation, endpoint.id());
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        sessions.left(slot, incarnation);
    }

    /** A rung, with the keys that a prefix producer of its name writes. */
    private record Rung(String name, AttributeKey<PrefixMatch> match, LongColumnKey blocks, DoubleColumnKey weighted) {
        static Rung of(String name) {
            return new Rung(
                    name, PrefixMatch.of(name), PrefixMatch.matchedBlocks(name), PrefixMatch.weightedBlocks(name));
        }
    }
}
