// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.latency.PredictedTimes;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request and who could serve it, with times that can be checked by hand: reading takes a fixed time for each token and a little
 * for each pair that attends, and everything else is given.
 *
 * @param pictures tokens of images in the prompt
 */
record Scene(int prompt, int output, int pictures, List<Spot> prefill, List<Spot> decode, List<Spot> encode) {
    static final long KV_TOKENS = 1_000_000;
    static final double BYTES_PER_TOKEN = 262_144;
    static final double ATTENTION_NANOS = 0.001;
    static final double INTERFERENCE = 0.5;
    static final double TIER_WEIGHT = 0.5;
    static final double SLOWER_STEP = 0.01;
    static final PredictedLatency KEYS = PredictedLatency.of(PredictedLatency.PRODUCER);
    private static final String PREFIX = PrefixMatch.DEFAULT_PRODUCER;

    static Scene of(int prompt, List<Spot> prefill, List<Spot> decode) {
        return new Scene(prompt, 100, 0, prefill, decode, List.of());
    }

    Scene with(List<Spot> nextPrefill, List<Spot> nextDecode) {
        return new Scene(prompt, output, pictures, nextPrefill, nextDecode, encode);
    }

    /** Starts a handler whose links are the scene's: 0.05 ms and 25 GB/s, and 10 GB/s from lower tiers. */
    static JointDisaggHandler.Builder handler() {
        return JointDisaggHandler.builder()
                .link(Distance.HOST, KvLink.of(Duration.ofNanos(50_000), 25))
                .link(Distance.RACK, KvLink.of(Duration.ofNanos(50_000), 25))
                .link(Distance.OTHER, KvLink.of(Duration.ofNanos(50_000), 25))
                .lowerTier(KvLink.of(Duration.ofNanos(100_000), 10))
                .lowerTierWeight(TIER_WEIGHT)
                .perRole(64);
    }

    static double read(Spot spot, long newTokens, long cached) {
        return newTokens * (double) spot.readNanosPerToken() + ATTENTION_NANOS * newTokens * (cached + newTokens / 2.0);
    }

    private Map<String, Spot> spots() {
        Map<String, Spot> all = new LinkedHashMap<>();
        for (List<Spot> role : List.of(prefill, decode, encode)) {
            role.forEach(spot -> all.put(spot.id(), spot));
        }
        return all;
    }

    /** Makes the cycle, with all columns as producers write them. */
    TestCycle cycle(String requestId) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Spot spot : spots().values()) {
            Endpoint.Builder endpoint = Endpoint.builder(spot.id(), spot.id() + ":8000");
            if (!spot.host().isEmpty()) {
                endpoint.label("kubernetes.io/hostname", spot.host());
            }
            if (!spot.revision().isEmpty()) {
                endpoint.label("disaggregatedset.x-k8s.io/revision", spot.revision());
            }
            fleet.endpoint(
                    endpoint.build(),
                    metrics -> metrics.runningRequests(spot.running())
                            .waitingRequests(spot.waiting())
                            .kvUsage(spot.kvUsage())
                            .kvBlockSize(1)
                            .kvBlockCount(KV_TOKENS));
        }
        TestFleet built = fleet.build();
        List<MultimodalItem> items = pictures == 0 ? List.of() : List.of(new MultimodalItem("cat", 0, pictures));
        TestCycle cycle = TestCycle.of(
                        built,
                        TestRequests.builder(requestId)
                                .tokens(new int[prompt])
                                .multimodalItems(items)
                                .build())
                .with(KEYS.outputTokens(), (long) output)
                .with(KEYS.times(), new LinearTimes(this, built))
                .with(PrefixMatch.of(PREFIX), new PrefixMatch(prompt, 1));
        for (Spot spot : spots().values()) {
            double read = read(spot, prompt - spot.cached(), spot.cached());
            double lost = INTERFERENCE * read + output * SLOWER_STEP * spot.tpotNanos();
            cycle.with(KEYS.ttft(), spot.id(), Math.round(spot.waitNanos() + read))
                    .with(KEYS.tpot(), spot.id(), spot.tpotNanos())
                    .with(KEYS.slowdown(), spot.id(), Math.round(spot.running() * lost))
                    .with(KEYS.waitPerToken(), spot.id(), (double) spot.readNanosPerToken())
                    .with(KEYS.tokensSeen(), spot.id(), 0)
                    .with(InFlightLoad.TOKENS, spot.id(), 0)
                    .with(InFlightLoad.REQUESTS, spot.id(), 0)
                    .with(PrefixMatch.matchedBlocks(PREFIX), spot.id(), spot.cached())
                    .with(PrefixMatch.weightedBlocks(PREFIX), spot.id(), spot.cached() - TIER_WEIGHT * spot.lower());
        }
        return cycle;
    }

    /**
     * Makes the cycle of a producer that also says of what the time to first token was made.
     *
     * @param unseen tokens that are cached, but that the producer did not count as such
     */
    TestCycle saying(String requestId, int unseen) {
        TestCycle cycle = cycle(requestId);
        for (Spot spot : spots().values()) {
            int cached = Math.max(0, spot.cached() - unseen);
            double read = read(spot, prompt - cached, cached);
            cycle.with(KEYS.ttft(), spot.id(), Math.round(spot.waitNanos() + read))
                    .with(KEYS.cachedTokens(), spot.id(), cached)
                    .with(KEYS.reading(), spot.id(), read);
            if (spot.running() > 0) {
                cycle.with(KEYS.interference(), spot.id(), INTERFERENCE * read);
            }
        }
        return cycle;
    }

    /** Has a handler plan, as the engine would. */
    JointPlan plan(JointDisaggHandler handler) {
        return plan(handler, cycle("request"));
    }

    JointPlan plan(JointDisaggHandler handler, TestCycle cycle) {
        Results results = results(cycle.fleet());
        handler.next(cycle, results);
        JointPlan plan = cycle.attribute(JointPlan.of(JointDisaggHandler.TYPE));
        if (plan == null) {
            throw new AssertionError("no plan");
        }
        return plan;
    }

    Results results(FleetSnapshot fleet) {
        List<ProfileResult> results = new ArrayList<>();
        results.add(Result.of("decode", decode, fleet));
        results.add(Result.of("prefill", prefill, fleet));
        results.add(Result.of("encode", encode, fleet));
        return new Results(results);
    }

    /** All spots of a role, as profiles that filter nothing leave them. */
    record Results(List<ProfileResult> results) implements ProfileResults {
        @Override
        public List<String> declared() {
            return List.of("decode", "prefill", "encode");
        }

        @Override
        public @Nullable ProfileResult result(String profile) {
            return results.stream()
                    .filter(result -> result.profile().equals(profile))
                    .findFirst()
                    .orElse(null);
        }
    }

    private record Result(String profile, List<Target> targets) implements ProfileResult {
        static Result of(String profile, List<Spot> spots, FleetSnapshot fleet) {
            return new Result(
                    profile,
                    spots.stream()
                            .map(spot -> fleet.slotOf(spot.id()))
                            .map(slot -> new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), 0))
                            .toList());
        }

        @Override
        public @Nullable Leg leg() {
            return targets.isEmpty() ? null : new Leg(profile, targets.get(0), List.of());
        }

        @Override
        public @Nullable Rejection rejection() {
            return targets.isEmpty() ? Rejection.of(Rejection.Reason.FILTERED_OUT, "nobody was left", null) : null;
        }

        @Override
        public int size() {
            return targets.size();
        }

        @Override
        public Endpoint endpoint(int position) {
            return targets.get(position).endpoint();
        }

        @Override
        public int slot(int position) {
            return targets.get(position).slot();
        }

        @Override
        public double total(int position) {
            return targets.get(position).total();
        }
    }

    private record LinearTimes(Scene scene, FleetSnapshot fleet) implements PredictedTimes {
        private Spot spot(int slot) {
            Spot spot = scene.spots().get(fleet.endpoint(slot).id());
            if (spot == null) {
                throw new AssertionError("no spot in slot " + slot);
            }
            return spot;
        }

        @Override
        public @Nullable Deployment deployment(int slot) {
            return null;
        }

        @Override
        public double readNanos(int slot, long newTokens, long cachedTokens) {
            return read(spot(slot), newTokens, cachedTokens);
        }

        @Override
        public double interferenceNanos(int slot, long newTokens, long cachedTokens) {
            return INTERFERENCE * readNanos(slot, newTokens, cachedTokens);
        }

        @Override
        public double kvBytes(int slot, long tokens) {
            return tokens * BYTES_PER_TOKEN;
        }
    }
}
