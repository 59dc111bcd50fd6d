// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import com.google.common.collect.ImmutableMap;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.internal.assembly.CompiledProfile;
import dev.pointsman.core.internal.inflight.LoadCell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes down one run of a profile, when an explanation was asked for, and tells it afterwards. */
final class ProfileRecord {
    private final CompiledProfile profile;
    private final Cycle cycle;
    private final int attempt;
    private final CandidateList candidates;
    private final List<Entry> entries = new ArrayList<>();
    private final Entry[] bySlot;
    private boolean pickerFailed;
    private boolean chosenByHandler;
    private int[] pickedSlots = new int[0];

    ProfileRecord(CompiledProfile profile, Cycle cycle, CandidateList candidates, LoadView load, int attempt) {
        this.profile = profile;
        this.candidates = candidates;
        this.cycle = cycle;
        this.attempt = attempt;
        FleetSnapshot fleet = cycle.fleet();
        bySlot = new Entry[fleet.slotLimit()];
        for (int slot : candidates.copySlots()) {
            Entry entry = new Entry(slot, load.cell(slot, fleet.incarnation(slot)));
            bySlot[slot] = entry;
            entries.add(entry);
        }
    }

    /** A filter spoke; what it removes is marked and still there. */
    void filtered(String filter, boolean failed) {
        for (int position = 0; position < candidates.size(); position++) {
            bySlot[candidates.slot(position)].verdicts.add(
                    new FilterVerdict(filter, !candidates.removed(position), failed));
        }
    }

    void scored(String scorer, double weight, double[] raw, double[] counted, int size, boolean failed) {
        for (int position = 0; position < size; position++) {
            double value = raw[position];
            double used = counted[position];
            ScoreExplanation.Note note =
                    used == ScoreRules.used(value) ? note(value, used, failed) : ScoreExplanation.Note.FADED;
            entryAt(position).scores.add(new ScoreExplanation(scorer, value, used, weight, used * weight, note));
        }
    }

    void costed(String scorer, double[] raw, int size, double neutral, boolean failed) {
        for (int position = 0; position < size; position++) {
            double value = raw[position];
            double used = ScoreRules.usedCost(value, neutral);
            entryAt(position).scores.add(new ScoreExplanation(scorer, value, used, 1, used, note(value, used, failed)));
        }
    }

    private Entry entryAt(int position) {
        return bySlot[candidates.slot(position)];
    }

    private static ScoreExplanation.Note note(double raw, double used, boolean failed) {
        if (failed) {
            return ScoreExplanation.Note.FAILED;
        }
        if (Double.isNaN(raw)) {
            return ScoreExplanation.Note.MISSING;
        }
        return raw == used ? ScoreExplanation.Note.USED : ScoreExplanation.Note.CLAMPED;
    }

    void pickerFailed() {
        pickerFailed = true;
    }

    void chosenByHandler() {
        chosenByHandler = true;
    }

    void picked(double[] totals, int[] picks, int count) {
        for (int position = 0; position < candidates.size(); position++) {
            bySlot[candidates.slot(position)].total = profile.unit() == null ? totals[position] : 0 - totals[position];
        }
        pickedSlots = Arrays.stream(picks, 0, count).map(candidates::slot).toArray();
    }

    /** Tells what was taken down. */
    ProfileExplanation tell() {
        List<Entry> inRunning = new ArrayList<>();
        List<Entry> out = new ArrayList<>();
        for (Entry entry : entries) {
            (Double.isNaN(entry.total) ? out : inRunning).add(entry);
        }
        Comparator<Entry> byTotal = Comparator.comparingDouble(entry -> entry.total);
        inRunning.sort(profile.unit() == null ? byTotal.reversed() : byTotal);
        List<CandidateExplanation> candidates = new ArrayList<>();
        for (Entry entry : inRunning) {
            candidates.add(entry.tell(cycle));
        }
        for (Entry entry : out) {
            candidates.add(entry.tell(cycle));
        }
        Entry target = pickedSlots.length > 0 ? bySlot[pickedSlots[0]] : null;
        List<String> fallbacks = new ArrayList<>();
        for (int i = 1; i < pickedSlots.length; i++) {
            fallbacks.add(cycle.fleet().endpoint(pickedSlots[i]).id());
        }
        return new ProfileExplanation(
                profile.name(),
                profile.unitName(),
                pickerName(),
                attempt,
                target == null ? null : cycle.fleet().endpoint(target.slot).id(),
                fallbacks,
                margin(target, inRunning),
                tied(target, inRunning),
                candidates);
    }

    private String pickerName() {
        if (chosenByHandler) {
            return "profile handler";
        }
        String name = profile.picker().name();
        return pickerFailed ? name + " (failed; best total taken)" : name;
    }

    private double margin(@Nullable Entry target, List<Entry> inRunning) {
        if (target == null) {
            return Double.NaN;
        }
        for (Entry entry : inRunning) {
            if (entry != target) {
                double ahead = target.total - entry.total;
                return profile.unit() == null ? ahead : 0 - ahead;
            }
        }
        return Double.NaN;
    }

    private static int tied(@Nullable Entry target, List<Entry> inRunning) {
        int tied = 0;
        for (Entry entry : inRunning) {
            if (target != null && entry.total == target.total) {
                tied++;
            }
        }
        return tied;
    }

    private static final class Entry {
        final int slot;
        final long inFlightRequests;
        final long inFlightTokens;
        final List<FilterVerdict> verdicts = new ArrayList<>();
        final List<ScoreExplanation> scores = new ArrayList<>();
        double total = Double.NaN;

        Entry(int slot, @Nullable LoadCell load) {
            this.slot = slot;
            inFlightRequests = load == null ? 0 : load.requests();
            inFlightTokens = load == null ? 0 : load.tokens();
        }

        CandidateExplanation tell(Cycle cycle) {
            EndpointMetrics metrics = cycle.fleet().metrics(slot);
            ImmutableMap.Builder<String, Duration> ages = ImmutableMap.builder();
            for (Signal signal : Signal.values()) {
                if (metrics.has(signal)) {
                    ages.put(signal.name(), Duration.ofNanos(cycle.now() - metrics.observedAt(signal)));
                }
            }
            Map<String, Duration> signalAges = ages.buildOrThrow();
            return new CandidateExplanation(
                    cycle.fleet().endpoint(slot).id(),
                    verdicts,
                    scores,
                    total,
                    inFlightRequests,
                    inFlightTokens,
                    signalAges);
        }
    }
}
