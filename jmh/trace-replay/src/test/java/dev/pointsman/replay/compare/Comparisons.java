// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.compare.Comparison.Workload;
import dev.pointsman.replay.compare.PolicyRow.EndpointLoad;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Verdict.Ranking;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.policy.ReplayPolicy;
import dev.pointsman.replay.policy.RoutingPolicy;
import dev.pointsman.replay.run.CacheOnlyEngine;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Comparisons for tests: made by hand, figure by figure, or by replaying a small trace. */
public final class Comparisons {
    public static final ReplaySettings SETTINGS =
            new ReplaySettings(4, new CacheCapacity(20_000), ServiceTime.ofMicros(5_000, 50));

    private Comparisons() {}

    /**
     * A policy whose requests all had the same wait and service, in milliseconds, and whose endpoints had the given
     * uncached tokens.
     */
    static PolicyRow row(
            String name, Role role, int cachedOf1000, int waitMillis, int serviceMillis, long... uncached) {
        long[] ttft = LongStream.generate(() -> (waitMillis + serviceMillis) * 1000L)
                .limit(100)
                .toArray();
        List<EndpointLoad> loads = LongStream.of(uncached)
                .mapToObj(tokens -> new EndpointLoad(25, tokens))
                .toList();
        return new PolicyRow(
                name,
                role,
                0,
                1000,
                cachedOf1000,
                TtftDistribution.of(ttft),
                waitMillis * 1000.0,
                loads,
                Backlog.of(new long[100], ttft, new int[100], uncached.length, 1_000_000, 3));
    }

    /** A comparison of rows that are in order already, with the given names level with the first. */
    static Comparison of(List<PolicyRow> rows, List<String> tied) {
        Ranking ranking = new Ranking(rows.stream().map(PolicyRow::policy).toList(), tied);
        List<Reference> references = List.of(
                new Reference(
                        "infinite cache",
                        "one cache without limit",
                        0.374,
                        80_000,
                        rows.get(0).ttft()),
                new Reference("clairvoyant cache", "one cache that knows the future", 0.372, 82_000, null));
        return new Comparison(
                new Workload("test trace", "made by hand", 100, 1000, 60_000_000, 512),
                SETTINGS,
                rows,
                references,
                Reasons.verdict(rows, references, ranking, ranking),
                "replay compare");
    }

    /** Three hundred requests of thirty sessions behind one shared block, about twelve a second. */
    public static Trace trace() {
        List<TraceRequest> requests = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int session = i * 7 % 30;
            int turn = i / 30;
            long[] blocks = new long[3 + turn];
            for (int b = 1; b < blocks.length; b++) {
                blocks[b] = 1 + session * 100L + b;
            }
            long arrival = i * 80_000_000L + i % 5 * 11_000_000L;
            requests.add(new TraceRequest(i, arrival, blocks.length * 512 - 100, 50, blocks));
        }
        requests.sort((a, b) -> Long.compare(a.arrivalNanos(), b.arrivalNanos()));
        return new Trace("sessions", 512, requests);
    }

    /** Replays {@link #trace} with queues and a timeline. */
    public static ReplayResult replay(PolicyDefinition policy) {
        try {
            return new QueueingEngine(SETTINGS, true).run(trace(), policy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replays with a policy of the catalog. */
    public static ReplayResult replay(String policy) {
        return replay(PolicyCatalog.fixed().find(policy));
    }

    /** A policy under a name that does as it is told. */
    public static RoutingPolicy named(String name, ReplayPolicy policy) {
        return new RoutingPolicy(name, "for a test", false, surroundings -> policy);
    }

    /** A builder with a floor, three contenders and both oracles, all replayed. */
    public static Comparison.Builder replayed(String workload) {
        try {
            return Comparison.builder(workload, "thirty sessions")
                    .floor(replay("round_robin"))
                    .contender(replay("longest_prefix"))
                    .contender(replay("min_eta"))
                    .contender(replay("least_work"))
                    .infiniteCache(new CacheOnlyEngine(ReplaySettings.cacheOnly(1, CacheCapacity.UNLIMITED), true)
                            .run(trace(), PolicyCatalog.fixed().find("round_robin")))
                    .clairvoyantCache(new CacheOnlyEngine(ReplaySettings.cacheOnly(4, SETTINGS.capacity()), false)
                            .run(trace(), PolicyCatalog.fixed().find("pooled_belady")))
                    .command("replay compare sessions.jsonl");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
