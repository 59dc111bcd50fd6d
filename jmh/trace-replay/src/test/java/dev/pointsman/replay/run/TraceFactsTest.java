// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static dev.pointsman.replay.run.TraceFacts.map;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.stats.QuantileSummary;
import dev.pointsman.replay.trace.Trace;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Every number of the reference results, to the last integer and the last bit of each ratio. */
final class TraceFactsTest {
    private static final Pattern SETTING =
            Pattern.compile("N=(\\d+),capacity_tokens=(\\w+),us_per_token=(\\d+),fixed_us=(\\d+)");

    @Test
    void fleetOfTheConversationTrace_everySizeCapacityAndPolicy_equalsTheReference() throws IOException {
        Trace trace = TraceFacts.conversation();
        Map<String, Object> fleets = map(TraceFacts.of("mooncake_conversation"), "fleet");
        int compared = 0;

        SoftAssertions soft = new SoftAssertions();
        for (String endpoints : fleets.keySet()) {
            for (String capacity : map(fleets, endpoints).keySet()) {
                ReplayEngine engine = new CacheOnlyEngine(
                        ReplaySettings.cacheOnly(Integer.parseInt(endpoints), CacheCapacity.parse(capacity)));
                Map<String, Object> policies = map(map(fleets, endpoints), capacity);
                for (String policy : policies.keySet()) {
                    ReplayResult result =
                            engine.run(trace, PolicyCatalog.fixed().find(policy));
                    String where = policy + ", N=" + endpoints + ", capacity " + capacity;
                    compareFleet(soft, where, map(policies, policy), result);
                    compared++;
                }
            }
        }

        soft.assertAll();
        assertThat(compared).isEqualTo(3 * 8 * 12);
    }

    @Test
    void queuesOfTheConversationTrace_everySettingAndPolicy_equalTheReference() throws IOException {
        Trace trace = TraceFacts.conversation();
        Map<String, Object> settings = map(TraceFacts.of("mooncake_conversation"), "lindley");
        int compared = 0;

        SoftAssertions soft = new SoftAssertions();
        for (String setting : settings.keySet()) {
            Matcher parts = SETTING.matcher(setting);
            assertThat(parts.matches()).as(setting).isTrue();
            ReplayEngine engine = new QueueingEngine(new ReplaySettings(
                    Integer.parseInt(parts.group(1)),
                    CacheCapacity.parse(parts.group(2)),
                    ServiceTime.ofMicros(Long.parseLong(parts.group(4)), Long.parseLong(parts.group(3)))));
            Map<String, Object> policies = map(settings, setting);
            for (String policy : policies.keySet()) {
                ReplayResult result = engine.run(trace, PolicyCatalog.fixed().find(policy));
                compareQueue(soft, policy + ", " + setting, map(policies, policy), result);
                compared++;
            }
        }

        soft.assertAll();
        assertThat(compared).isEqualTo(18 * 6);
    }

    @Test
    void singleCachesOfTheConversationTrace_lruAndBeladyAtEveryCapacity_equalTheReference() throws IOException {
        Trace trace = TraceFacts.conversation();
        Map<String, Object> facts = TraceFacts.of("mooncake_conversation");

        SoftAssertions soft = new SoftAssertions();
        compareSingle(soft, trace, "infinite", "1", map(facts, "infinite_single"));
        Map<String, Object> lru = map(facts, "lru_single");
        for (String capacity : lru.keySet()) {
            compareSingle(soft, trace, "pooled_lru", capacity, map(lru, capacity));
            compareSingle(soft, trace, "greedy_prefix", capacity, map(lru, capacity));
        }
        Map<String, Object> belady = map(facts, "belady_single");
        for (String capacity : belady.keySet()) {
            compareSingle(soft, trace, "belady", capacity, map(belady, capacity));
        }

        soft.assertAll();
        assertThat(lru).hasSize(11);
        assertThat(belady).hasSize(11);
    }

    @Test
    void lruCapacitiesForShareOfInfiniteHits_oneBlockLess_fallsShort() throws IOException {
        Trace trace = TraceFacts.conversation();
        Map<String, Object> facts = TraceFacts.of("mooncake_conversation");
        long infinite = TraceFacts.integer(map(facts, "infinite_single"), "hit_blocks");

        Map<String, Object> needed = map(facts, "lru_capacity_needed");
        assertThat(needed.keySet()).isEqualTo(Set.of("50%", "90%", "95%", "99%", "100%"));
        for (String share : needed.keySet()) {
            long percent = Long.parseLong(share.substring(0, share.length() - 1));
            long blocks = TraceFacts.integer(map(needed, share), "blocks");
            assertThat(lruHits(trace, blocks) * 100).as(share).isGreaterThanOrEqualTo(infinite * percent);
            assertThat(lruHits(trace, blocks - 1) * 100).as(share).isLessThan(infinite * percent);
        }
    }

    private static long lruHits(Trace trace, long blocks) throws IOException {
        ReplayEngine engine = new CacheOnlyEngine(ReplaySettings.cacheOnly(1, new CacheCapacity(blocks * 512)));
        return engine.run(trace, PolicyCatalog.fixed().find("pooled_lru"))
                .cache()
                .hitBlocks();
    }

    private static void compareSingle(
            SoftAssertions soft, Trace trace, String policy, String capacity, Map<String, Object> expected)
            throws IOException {
        ReplayEngine engine = new CacheOnlyEngine(ReplaySettings.cacheOnly(1, CacheCapacity.parse(capacity)));
        ReplayResult result = engine.run(trace, PolicyCatalog.fixed().find(policy));
        compareCache(soft, policy + " alone, capacity " + capacity, expected, result);
    }

    private static void compareFleet(
            SoftAssertions soft, String where, Map<String, Object> expected, ReplayResult result) {
        compareCache(soft, where, expected, result);
        if (expected.containsKey("requests_per_instance")) {
            compare(soft, where, expected, "requests_per_instance", result.requestsPerEndpoint());
            compare(soft, where, expected, "uncached_tokens_per_instance", result.uncachedTokensPerEndpoint());
            compare(soft, where, expected, "max_over_mean_uncached", result.maxOverMeanUncached());
            compare(soft, where, expected, "max_over_mean_requests", result.maxOverMeanRequests());
        }
    }

    private static void compareCache(
            SoftAssertions soft, String where, Map<String, Object> expected, ReplayResult result) {
        CacheCounts cache = result.cache();
        compare(soft, where, expected, "hit_blocks", cache.hitBlocks());
        compare(soft, where, expected, "total_blocks", cache.totalBlocks());
        compare(soft, where, expected, "block_hit_ratio", cache.blockHitRatio());
        compare(soft, where, expected, "hit_tokens", cache.hitTokens());
        compare(soft, where, expected, "total_tokens", cache.totalTokens());
        compare(soft, where, expected, "token_hit_ratio", cache.tokenHitRatio());
        compare(soft, where, expected, "requests_with_hit", cache.requestsWithHit());
        compare(soft, where, expected, "requests_with_hit_over_1_block", cache.requestsWithHitOverOneBlock());
        if (expected.containsKey("evictions")) {
            compare(soft, where, expected, "evictions", cache.evictions());
        }
        if (expected.containsKey("resident_blocks_end")) {
            compare(soft, where, expected, "resident_blocks_end", cache.residentBlocks());
        }
    }

    private static void compareQueue(
            SoftAssertions soft, String where, Map<String, Object> expected, ReplayResult result) {
        compareCache(soft, where, expected, result);
        compare(soft, where, expected, "requests_per_instance", result.requestsPerEndpoint());
        QueueCounts queue = result.queue();
        assertThat(queue).as(where).isNotNull();
        compare(soft, where, expected, "busy_us_per_instance", queue.busyMicrosPerEndpoint());
        compare(soft, where, expected, "makespan_us", queue.makespanMicros());
        Map<String, Object> ttft = map(expected, "ttft_us");
        QuantileSummary actual = queue.ttftMicros();
        compare(soft, where, ttft, "n", actual.n());
        compare(soft, where, ttft, "sum", actual.sum());
        compare(soft, where, ttft, "min", actual.min());
        compare(soft, where, ttft, "p50", actual.p50());
        compare(soft, where, ttft, "p90", actual.p90());
        compare(soft, where, ttft, "p95", actual.p95());
        compare(soft, where, ttft, "p99", actual.p99());
        compare(soft, where, ttft, "p99.9", actual.p999());
        compare(soft, where, ttft, "max", actual.max());
        compare(soft, where, ttft, "mean", actual.mean());
    }

    private static void compare(
            SoftAssertions soft, String where, Map<String, Object> expected, String field, Object actual) {
        soft.assertThat(actual).as(field + " of " + where).isEqualTo(expected.get(field));
    }
}
