// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.compare.PolicyRow.EndpointLoad;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Verdict.Ranking;
import dev.pointsman.replay.run.QueueCounts;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ReplayTimeline;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.stats.Quantile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several policies on one trace, side by side: the value that the table, the JSON and the page are made of. Immutable.
 *
 * <pre>{@code
 * Comparison comparison = Comparison.builder("multi-tenant", "four tenants with a system prompt each")
 *         .floor(roundRobin)
 *         .contender(leastLoad)
 *         .infiniteCache(pooledWithoutEviction)
 *         .build();
 * System.out.print(ComparisonTable.format(comparison));
 * }</pre>
 *
 * <p>The results must come from the same trace, fleet, cache and service time, of the queueing engine, with their
 * timelines. Equal results give an equal comparison, to the byte in every form.
 *
 * @param workload what was replayed
 * @param settings what it was replayed on
 * @param rows the policies, best mean time to first token first; those that refused requests come last
 * @param references the oracles, highest hit ratio first
 * @param verdict who wins, and why
 * @param command the command line that makes this comparison again; null if it was not made by one
 */
public record Comparison(
        Workload workload,
        ReplaySettings settings,
        List<PolicyRow> rows,
        List<Reference> references,
        Verdict verdict,
        @Nullable String command) {
    private static final int BACKLOG_POINTS = 240;

    /**
     * What was replayed.
     *
     * @param name the trace's or the generator's name: not trusted, escape it where it is shown
     * @param description one line about it; may be empty
     * @param requests requests in it
     * @param promptTokens prompt tokens in it
     * @param spanMicros from the first arrival to the last
     * @param blockTokens tokens in a block, the unit in which prompts are cached
     */
    public record Workload(
            String name, String description, long requests, long promptTokens, long spanMicros, int blockTokens) {}

    public Comparison {
        requireNonNull(workload, "workload");
        requireNonNull(settings, "settings");
        rows = List.copyOf(rows);
        references = List.copyOf(references);
        requireNonNull(verdict, "verdict");
    }

    /**
     * Starts a comparison.
     *
     * @param workload the trace's or the generator's name
     * @param description one line about it; may be empty
     */
    public static Builder builder(String workload, String description) {
        return new Builder(workload, description);
    }

    /** Takes the results of the policies and of the oracles, in any order. Not thread-safe. */
    public static final class Builder {
        private final String workload;
        private final String description;
        private final List<ReplayResult> results = new ArrayList<>();
        private final Map<String, Role> roles = new HashMap<>();
        private @Nullable ReplayResult infiniteCache;
        private @Nullable ReplayResult clairvoyantCache;
        private @Nullable String command;

        private Builder(String workload, String description) {
            this.workload = requireNonNull(workload, "workload");
            this.description = requireNonNull(description, "description");
        }

        /** Adds a policy that competes. */
        public Builder contender(ReplayResult result) {
            return add(result, Role.CONTENDER);
        }

        /** Adds a policy that any other one has to beat, such as round robin or random. */
        public Builder floor(ReplayResult result) {
            return add(result, Role.FLOOR);
        }

        /**
         * Sets the oracle that has one cache for the whole fleet which never evicts. If its result has a timeline (a
         * fleet of one endpoint without limit has), quantiles are shown too.
         */
        public Builder infiniteCache(ReplayResult pooled) {
            infiniteCache = requireNonNull(pooled, "pooled");
            return this;
        }

        /** Sets the oracle that has one cache as large as the fleet's together and knows the future (Belady). */
        public Builder clairvoyantCache(ReplayResult pooled) {
            clairvoyantCache = requireNonNull(pooled, "pooled");
            return this;
        }

        /** Sets the command line that makes this comparison again. */
        public Builder command(String command) {
            this.command = requireNonNull(command, "command");
            return this;
        }

        /**
         * Compares.
         *
         * @throws IllegalArgumentException if there is no policy, if two have one name, or if results do not belong
         *     together
         */
        public Comparison build() {
            if (results.isEmpty()) {
                throw new IllegalArgumentException(
                        "policies: a comparison needs at least one, but there was none.\nMaybe name one with --policies.");
            }
            ReplayResult model = results.get(0);
            results.forEach(result -> check(result, model));
            ServiceTime serviceTime = requireNonNull(model.settings().serviceTime(), "serviceTime");

            long start = startMicros();
            long horizon = horizonMicros(start);
            long interval = Math.max(1, (horizon + BACKLOG_POINTS - 1) / BACKLOG_POINTS);
            int points = (int) Math.max(1, (horizon + interval - 1) / interval);
            List<PolicyRow> rows = new ArrayList<>();
            for (ReplayResult result : results) {
                rows.add(row(result, requireNonNull(roles.get(result.policy())), start, interval, points));
            }
            BlockBootstrap bootstrap = new BlockBootstrap(Math.toIntExact(model.requests()));
            Ranking byMean = rank(rows, row -> row.ttft().meanMicros(), bootstrap::means);
            Ranking byP99 = rank(
                    rows,
                    row -> row.ttft().quantileMicros(Quantile.P99),
                    ttftMicros -> bootstrap.quantiles(ttftMicros, Quantile.P99));
            rows.sort(Comparator.comparingInt(row -> byMean.order().indexOf(row.policy())));
            List<Reference> references = references(serviceTime);
            return new Comparison(
                    workload(model, start),
                    model.settings(),
                    rows,
                    references,
                    Reasons.verdict(rows, references, byMean, byP99),
                    command);
        }

        private Builder add(ReplayResult result, Role role) {
            if (roles.putIfAbsent(result.policy(), role) != null) {
                throw new IllegalArgumentException("policies: each needs a name of its own, but two are called \""
                        + result.policy() + "\".\nMaybe the same policy was given twice.");
            }
            results.add(result);
            return this;
        }

        private List<Reference> references(ServiceTime serviceTime) {
            List<Reference> references = new ArrayList<>();
            if (infiniteCache != null) {
                references.add(Reference.infiniteCache(infiniteCache, serviceTime));
            }
            if (clairvoyantCache != null) {
                references.add(Reference.clairvoyantCache(clairvoyantCache, serviceTime));
            }
            return references;
        }

        private Workload workload(ReplayResult model, long start) {
            long last = 0;
            long promptTokens = 0;
            for (ReplayResult result : results) {
                ReplayTimeline timeline = timeline(result);
                last = Math.max(last, timeline.arrivalMicros(timeline.size() - 1));
                promptTokens = Math.max(promptTokens, result.cache().totalTokens());
            }
            return new Workload(
                    workload, description, model.requests(), promptTokens, last - start, model.blockTokens());
        }

        private long startMicros() {
            return results.stream()
                    .mapToLong(result -> timeline(result).arrivalMicros(0))
                    .min()
                    .orElse(0);
        }

        /** The time that the load over time shows: the trace, and up to a quarter more for queues to drain. */
        private long horizonMicros(long start) {
            long lastArrival = 0;
            long lastToken = 0;
            for (ReplayResult result : results) {
                ReplayTimeline timeline = timeline(result);
                for (int i = 0; i < timeline.size(); i++) {
                    lastArrival = Math.max(lastArrival, timeline.arrivalMicros(i) - start);
                    lastToken = Math.max(lastToken, timeline.arrivalMicros(i) - start + timeline.ttftMicros(i));
                }
            }
            return Math.max(1, Math.min(lastToken, lastArrival + lastArrival / 4));
        }

        private static PolicyRow row(ReplayResult result, Role role, long start, long intervalMicros, int points) {
            ReplayTimeline timeline = timeline(result);
            int endpoints = result.settings().endpoints();
            long[] ttft = ttftMicros(timeline);
            int[] endpoint =
                    IntStream.range(0, timeline.size()).map(timeline::endpoint).toArray();
            List<EndpointLoad> loads = IntStream.range(0, endpoints)
                    .mapToObj(i -> new EndpointLoad(
                            result.requestsPerEndpoint().get(i),
                            result.uncachedTokensPerEndpoint().get(i)))
                    .toList();
            return new PolicyRow(
                    result.policy(),
                    role,
                    result.rejected(),
                    result.cache().totalTokens(),
                    result.cache().hitTokens(),
                    TtftDistribution.of(ttft),
                    PolicyRow.meanWaitMicros(timeline),
                    loads,
                    Backlog.of(
                            micros(timeline, i -> timeline.arrivalMicros(i) - start),
                            ttft,
                            endpoint,
                            endpoints,
                            intervalMicros,
                            points));
        }

        /** Orders by refusals, then by the statistic, then as given; and finds who is level with the first. */
        private Ranking rank(List<PolicyRow> rows, ToDoubleFunction<PolicyRow> statistic, Resampling resampling) {
            List<PolicyRow> order = rows.stream()
                    .sorted(Comparator.comparingLong(PolicyRow::rejected).thenComparingDouble(statistic))
                    .toList();
            PolicyRow first = order.get(0);
            List<String> tied = new ArrayList<>();
            // Runs that refused requests saw other traffic, so that there is nothing to pair.
            if (first.rejected() == 0) {
                double[] firsts = resampling.of(ttftMicros(timeline(result(first))));
                for (PolicyRow other : order.subList(1, order.size())) {
                    if (other.rejected() == 0
                            && BlockBootstrap.tied(firsts, resampling.of(ttftMicros(timeline(result(other)))))) {
                        tied.add(other.policy());
                    }
                }
            }
            return new Ranking(order.stream().map(PolicyRow::policy).toList(), tied);
        }

        private ReplayResult result(PolicyRow row) {
            return results.stream()
                    .filter(result -> result.policy().equals(row.policy()))
                    .findFirst()
                    .orElseThrow();
        }

        private static void check(ReplayResult result, ReplayResult model) {
            QueueCounts queue = result.queue();
            if (queue == null || result.settings().serviceTime() == null) {
                throw new IllegalArgumentException("policy \"" + result.policy()
                        + "\": a comparison needs times, but the engine "
                        + result.engine().label()
                        + " has none.\nMaybe replay it with the engine queueing.");
            }
            if (timeline(result).size() == 0) {
                throw new IllegalArgumentException("policy \"" + result.policy() + "\": no request was placed, of "
                        + result.requests() + ".\nMaybe the trace is empty, or the policy refuses everything.");
            }
            if (!result.settings().equals(model.settings())
                    || result.requests() != model.requests()
                    || result.blockTokens() != model.blockTokens()) {
                throw new IllegalArgumentException("policy \"" + result.policy()
                        + "\": was replayed on another trace or fleet"
                        + " than \"" + model.policy() + "\": " + result.requests() + " requests on " + result.settings()
                        + ", and " + model.requests() + " on " + model.settings()
                        + ".\nMaybe results of two runs were mixed.");
            }
        }

        private static ReplayTimeline timeline(ReplayResult result) {
            ReplayTimeline timeline = result.timeline();
            if (timeline == null) {
                throw new IllegalArgumentException("policy \"" + result.policy()
                        + "\": its result has no timeline.\nMaybe ask the engine for one when replaying.");
            }
            return timeline;
        }

        private static long[] ttftMicros(ReplayTimeline timeline) {
            return micros(timeline, timeline::ttftMicros);
        }

        private static long[] micros(ReplayTimeline timeline, IntToLongFunction column) {
            return IntStream.range(0, timeline.size()).mapToLong(column).toArray();
        }
    }

    /** A statistic under each resample of a trace. */
    private interface Resampling {
        double[] of(long[] ttftMicros);
    }
}
