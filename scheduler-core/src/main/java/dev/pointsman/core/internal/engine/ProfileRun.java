// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.assembly.CompiledProfile;
import dev.pointsman.core.internal.assembly.Named;
import dev.pointsman.core.internal.inflight.LoadCell;
import dev.pointsman.core.internal.inflight.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One profile at work on one request: filters, scorers, picker, and the reservation of what was picked. Belongs to a cycle
 * and is reused with it; its arrays grow to the fleet's size and stay.
 */
final class ProfileRun implements ProfileResult {
    private static final int MAX_PICKS = 1 + Leg.MAX_FALLBACKS;

    private final Cycle cycle;
    private final CompiledProfile profile;
    private final CandidateList candidates;
    private final int[] picks = new int[MAX_PICKS];
    private double[] scores = new double[0];
    private double[] used = new double[0];
    private double[] scratch = new double[0];
    private double[] totals = new double[0];
    private long[] versions = new long[0];
    private int pickCount;
    private @Nullable Leg leg;
    private @Nullable Rejection rejection;
    private @Nullable Reservation reservation;
    private @Nullable ProfileRecord record;

    ProfileRun(Cycle cycle, CompiledProfile profile) {
        this.cycle = cycle;
        this.profile = profile;
        this.candidates = new CandidateList(cycle);
    }

    /**
     * Runs the profile once on the cycle's candidates, and picks. Afterwards there is a leg or a rejection.
     *
     * @param attempt how often it has been run for this request, this time included
     */
    void run(Engine engine, int attempt, boolean explaining) {
        leg = null;
        rejection = null;
        pickCount = 0;
        candidates.takeAll(cycle.candidates);
        makeRoom();
        if (profile.readsLoad()) {
            engine.load().read(cycle, candidates, versions);
        }
        record = explaining ? new ProfileRecord(profile, cycle, candidates, engine.load(), attempt) : null;
        if (candidates.size() == 0) {
            rejection = Rejection.of(
                    Rejection.Reason.NO_ENDPOINTS, "every candidate left the fleet while it was being chosen", null);
            return;
        }
        if (!filter(engine)) {
            return;
        }
        if (profile.unit() == null) {
            score(engine);
        } else {
            cost(engine);
        }
        pick(engine);
        leg = makeLeg();
        if (record != null) {
            record.picked(totals, picks, pickCount);
        }
    }

    private void makeRoom() {
        int size = candidates.size();
        if (scores.length < size) {
            int room = Math.max(size, 2 * scores.length);
            scores = new double[room];
            used = new double[room];
            scratch = new double[room];
            totals = new double[room];
        }
        int limit = cycle.fleet().slotLimit();
        if (profile.readsLoad() && versions.length < limit) {
            versions = new long[Math.max(limit, 2 * versions.length)];
        }
    }

    private boolean filter(Engine engine) {
        for (int i = 0; i < profile.filters().size(); i++) {
            Named<Filter> filter = profile.filters().get(i);
            int before = candidates.size();
            boolean failed = false;
            try {
                filter.plugin().filter(cycle, candidates);
            } catch (Throwable thrown) {
                failed = true;
                candidates.discard();
                engine.failed(cycle, filter.name(), thrown);
                if (constraint(engine, filter)) {
                    candidates.removeAll();
                }
            }
            if (record != null) {
                record.filtered(filter.name(), failed);
            }
            candidates.commit();
            if (candidates.size() == 0) {
                rejection = Rejection.of(
                        Rejection.Reason.FILTERED_OUT,
                        "profile " + profile.name() + ": filter " + filter.name()
                                + (failed ? " failed, and none of " : " left none of ") + before
                                + (failed ? " candidates may be chosen without it" : " candidates"),
                        filter.name());
                return false;
            }
        }
        return true;
    }

    /** Asks a filter that threw whether it is a constraint; one that cannot even say so is taken for one. */
    private boolean constraint(Engine engine, Named<Filter> filter) {
        try {
            return filter.plugin().constraint();
        } catch (Throwable thrown) {
            engine.failed(cycle, filter.name(), thrown);
            return true;
        }
    }

    private void score(Engine engine) {
        int size = candidates.size();
        Arrays.fill(totals, 0, size, 0);
        for (int i = 0; i < profile.scorers().size(); i++) {
            CompiledProfile.Weighted weighted = profile.scorers().get(i);
            Named<Scorer> scorer = weighted.scorer();
            double weight = weighted.weight();
            Arrays.fill(scores, 0, size, Scorer.MISSING);
            boolean failed = false;
            try {
                scorer.plugin().score(cycle, candidates, scores);
            } catch (Throwable thrown) {
                failed = true;
                Arrays.fill(scores, 0, size, Scorer.MISSING);
                engine.failed(cycle, scorer.name(), thrown);
            }
            int clamped = 0;
            int missing = 0;
            for (int position = 0; position < size; position++) {
                double raw = scores[position];
                double counted = ScoreRules.used(raw);
                if (counted != raw) {
                    if (Double.isNaN(raw)) {
                        missing++;
                    } else {
                        clamped++;
                    }
                }
                used[position] = counted;
            }
            SignalFade fade = engine.signalFade();
            if (fade != null && !weighted.signals().isEmpty()) {
                fade.fade(candidates, cycle.now(), weighted.signals(), scores, used, scratch);
            }
            if (record != null) {
                record.scored(scorer.name(), weight, scores, used, size, failed);
            }
            for (int position = 0; position < size; position++) {
                totals[position] += used[position] * weight;
            }
            if (clamped + missing > 0 && !failed) {
                engine.scoresAdjusted(cycle, scorer.name(), clamped, missing);
            }
        }
    }

    private void cost(Engine engine) {
        int size = candidates.size();
        Arrays.fill(totals, 0, size, 0);
        for (int i = 0; i < profile.costs().size(); i++) {
            Named<CostScorer> scorer = profile.costs().get(i);
            Arrays.fill(scores, 0, size, Scorer.MISSING);
            boolean failed = false;
            try {
                scorer.plugin().cost(cycle, candidates, scores);
            } catch (Throwable thrown) {
                failed = true;
                Arrays.fill(scores, 0, size, Scorer.MISSING);
                engine.failed(cycle, scorer.name(), thrown);
            }
            double neutral = ScoreRules.meanCost(scores, size);
            if (record != null) {
                record.costed(scorer.name(), scores, size, neutral, failed);
            }
            int clamped = 0;
            int missing = 0;
            for (int position = 0; position < size; position++) {
                double raw = scores[position];
                double used = ScoreRules.usedCost(raw, neutral);
                if (used != raw) {
                    if (Double.isNaN(raw)) {
                        missing++;
                    } else {
                        clamped++;
                    }
                }
                totals[position] += used;
            }
            if (clamped + missing > 0 && !failed) {
                engine.scoresAdjusted(cycle, scorer.name(), clamped, missing);
            }
        }
        // Pickers take the most, so costs come to them negated; what leaves is turned back.
        for (int position = 0; position < size; position++) {
            totals[position] = 0 - totals[position];
        }
    }

    private void pick(Engine engine) {
        // One profile: the request's own draw. Several: each its own, so that their ties do not fall alike.
        Draw draw = cycle.runs.length == 1 ? cycle.draw() : cycle.draw().forPurpose(profile.name());
        int count = 0;
        try {
            count = profile.picker().plugin().pick(candidates, totals, draw, picks);
            PickRules.check(profile.picker().name(), picks, count, candidates.size());
        } catch (Throwable thrown) {
            engine.failed(cycle, profile.picker().name(), thrown);
            if (record != null) {
                record.pickerFailed();
            }
            count = PickRules.best(candidates, totals, draw, picks);
        }
        pickCount = count;
    }

    /**
     * Takes other candidates than the picker did.
     *
     * @param positions the target's, then those of fallbacks
     */
    void choose(int[] positions) {
        for (int i = 0; i < positions.length; i++) {
            boolean wrong = positions[i] < 0 || positions[i] >= candidates.size();
            for (int j = 0; j < i; j++) {
                wrong |= positions[j] == positions[i];
            }
            if (wrong) {
                throw refused(positions);
            }
        }
        if (positions.length == 0 || positions.length > MAX_PICKS) {
            throw refused(positions);
        }
        System.arraycopy(positions, 0, picks, 0, positions.length);
        pickCount = positions.length;
        leg = makeLeg();
        if (record != null) {
            record.chosenByHandler();
            record.picked(totals, picks, pickCount);
        }
    }

    private IllegalArgumentException refused(int[] positions) {
        return new IllegalArgumentException("profile " + profile.name() + ": needs 1 to " + MAX_PICKS
                + " different positions from 0 to " + (candidates.size() - 1) + ", but got "
                + Arrays.toString(positions) + ".\nMaybe slots were used for positions; see ProfileResult.slot.");
    }

    private Leg makeLeg() {
        List<Target> fallbacks = List.of();
        if (pickCount > 1) {
            fallbacks = new ArrayList<>(pickCount - 1);
            for (int i = 1; i < pickCount; i++) {
                fallbacks.add(target(picks[i]));
            }
        }
        return new Leg(profile.name(), target(picks[0]), fallbacks);
    }

    private Target target(int position) {
        FleetSnapshot fleet = cycle.fleet();
        int slot = candidates.slot(position);
        return new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), total(position));
    }

    /**
     * Reserves load on the target that was picked.
     *
     * @param lockHeld whether the caller holds the reservation lock
     * @param whateverCame whether to reserve even if another reservation came first
     * @return what came of it; anything but {@link Reserved#YES} asks for another run
     */
    Reserved reserve(Engine engine, boolean lockHeld, boolean whateverCame) {
        Target target = chosen().target();
        LoadCell cell = engine.load().cell(target.slot(), target.incarnation());
        if (cell == null) {
            cycle.candidates.drop(target.slot());
            return Reserved.GONE;
        }
        long output = engine.load().outputTokens(cycle);
        long prompt = engine.load().promptTokens(cycle, target.slot(), output);
        if (!profile.guarded() || whateverCame) {
            reservation = Reservation.on(cell, prompt, output);
            return Reserved.YES;
        }
        if (!lockHeld && engine.reservationLock().isLocked()) {
            return Reserved.CONTENDED;
        }
        reservation = Reservation.tryOn(cell, versions[target.slot()], prompt, output);
        return reservation != null ? Reserved.YES : Reserved.CONFLICT;
    }

    /** What came of reserving. */
    enum Reserved {
        /** The load is reserved. */
        YES,
        /** Another reservation raised the target's load since it was read. */
        CONFLICT,
        /** Somebody who conflicted too often holds the lock; it is fair to queue behind. */
        CONTENDED,
        /** The target left the fleet, and has been taken out of the cycle's candidates. */
        GONE
    }

    /** Returns what the prompt costs on the target and on each fallback, in tokens. */
    long[] promptTokensByChoice(Engine engine) {
        long output = engine.load().outputTokens(cycle);
        long[] tokens = new long[pickCount];
        for (int i = 0; i < pickCount; i++) {
            tokens[i] = engine.load().promptTokens(cycle, candidates.slot(picks[i]), output);
        }
        return tokens;
    }

    Leg chosen() {
        if (leg == null) {
            throw new IllegalStateException("profile " + profile.name() + " chose nothing");
        }
        return leg;
    }

    /** Returns what was reserved, which this run releases when the request is done unless it is handed over. */
    Reservation reservation() {
        if (reservation == null) {
            throw new IllegalStateException("profile " + profile.name() + " reserved nothing");
        }
        return reservation;
    }

    /** Leaves the reservation to a dispatch, which releases it from now on. */
    void handOver() {
        reservation = null;
    }

    @Nullable
    ProfileRecord record() {
        return record;
    }

    /** Gives back what is still reserved. */
    void giveBack() {
        if (reservation != null) {
            reservation.release();
            reservation = null;
        }
    }

    /** Gives back what is still reserved and forgets the request. */
    void reset() {
        giveBack();
        leg = null;
        rejection = null;
        record = null;
    }

    @Override
    public String profile() {
        return profile.name();
    }

    @Override
    public @Nullable Leg leg() {
        return leg;
    }

    @Override
    public @Nullable Rejection rejection() {
        return rejection;
    }

    @Override
    public int size() {
        return candidates.size();
    }

    @Override
    public Endpoint endpoint(int position) {
        return candidates.endpoint(position);
    }

    @Override
    public int slot(int position) {
        return candidates.slot(position);
    }

    @Override
    public double total(int position) {
        double total = totals[Objects.checkIndex(position, candidates.size())];
        return profile.unit() == null ? total : 0 - total;
    }
}
