// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.profile;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.CostUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Profiles that work as they are, by name. Each uses shipped plugins only.
 *
 * <table>
 * <caption>The profiles</caption>
 * <tr><th>name</th><th>what it does</th></tr>
 * <tr><td>{@code default}</td><td>prefix affinity held in check by the work in flight, and by what engines report</td></tr>
 * <tr><td>{@code prefix-load}</td><td>prefix affinity and uncached tokens in flight; needs no metrics from engines</td></tr>
 * <tr><td>{@code least-tokens}</td><td>where this request and all in flight leave the fewest uncached tokens to read</td></tr>
 * <tr><td>{@code least-requests}</td><td>fewest requests in flight, blind to caches</td></tr>
 * <tr><td>{@code prefix-only}</td><td>longest prefix alone: a warning example, which herds</td></tr>
 * <tr><td>{@code llm-d}</td><td>the weights of llm-d's default configuration: queue 2, KV usage 2, prefix 3</td></tr>
 * <tr><td>{@code least-work}</td><td>fewest seconds of uncached work before the request and with it, by each endpoint's speed</td></tr>
 * <tr><td>{@code lmetric}</td><td>least product of uncached tokens and requests in flight: cache and load without a weight</td></tr>
 * <tr><td>{@code dynamo}</td><td>the cost of NVIDIA Dynamo's KV router with its defaults: blocks to fill and to keep</td></tr>
 * <tr><td>{@code power-of-two}</td><td>the less loaded of two endpoints drawn, by KV usage, or requests where it is not known</td></tr>
 * <tr><td>{@code round-robin}</td><td>each endpoint in turn, for comparison</td></tr>
 * <tr><td>{@code predicted-seconds}</td><td>least predicted seconds until the answer is complete, others' loss included; for
 * fleets of unlike chips, whose endpoints must say what they are</td></tr>
 * <tr><td>{@code predicted-dollars}</td><td>the cheapest chip that keeps the request's latency objectives; the same holds</td></tr>
 * <tr><td>{@code random}</td><td>any endpoint, for comparison</td></tr>
 * </table>
 */
public final class ShippedProfiles {
    /** The profile of a scheduler that is given none. */
    public static final String DEFAULT = "default";

    private static final Map<String, Profile> PROFILES = new LinkedHashMap<>();

    static {
        // Weights and thresholds of this and the next were chosen among 28 sets by mean TTFT, in replays with queues of
        // Mooncake's conversation trace and of the built-in workload (8 endpoints, 50 us a token, caches of 0.5 and 3
        // million tokens). On other seeds and fleets they gain little over others near them: see jmh/RESULTS.md.
        add(Profile.builder(DEFAULT)
                .scorer("prefix-cache-scorer", 4)
                .scorer("token-load-scorer", 8, Map.of("queueThresholdTokens", 32768))
                .scorer("active-request-scorer", 1)
                .scorer("queue-scorer", 1)
                .scorer("kv-cache-utilization-scorer", 1));
        add(Profile.builder("prefix-load")
                .scorer("prefix-cache-scorer", 1)
                .scorer("token-load-scorer", 4, Map.of("queueThresholdTokens", 65536)));
        // The prefix scorer brings the prefix producer, by which the tokens that a request adds are uncached ones.
        add(Profile.builder("least-tokens")
                .scorer("prefix-cache-scorer", 0)
                .scorer("token-load-scorer", 1, Map.of("queueThresholdTokens", 1048576)));
        add(Profile.builder("least-requests").scorer("active-request-scorer", 1));
        add(Profile.builder("prefix-only").scorer("prefix-cache-scorer", 1));
        add(Profile.builder("llm-d")
                .scorer("queue-scorer", 2)
                .scorer("kv-cache-utilization-scorer", 2)
                .scorer("prefix-cache-scorer", 3));
        add(Profile.costs("least-work", CostUnit.SECONDS).cost("least-work").build());
        // These two costs are in tokens and in blocks. As nothing is added to them, a second stands for one of each.
        add(Profile.costs("lmetric", CostUnit.SECONDS).cost("lmetric").build());
        add(Profile.costs("dynamo", CostUnit.SECONDS)
                .cost("dynamo-cost")
                .picker("softmax-picker")
                .build());
        add(Profile.builder("power-of-two")
                .scorer("kv-usage-or-requests-scorer", 1)
                .picker("power-of-two-picker"));
        add(Profile.builder("round-robin").picker("round-robin-picker"));
        add(Profile.costs("predicted-seconds", CostUnit.SECONDS)
                .cost("predicted-completion-seconds")
                .build());
        add(Profile.costs("predicted-dollars", CostUnit.DOLLARS)
                .cost("predicted-dollars")
                .build());
        add(Profile.builder("random").picker("random-picker"));
    }

    private ShippedProfiles() {}

    private static void add(Profile.Builder builder) {
        add(builder.build());
    }

    private static void add(Profile profile) {
        PROFILES.put(profile.name(), profile);
    }

    /** Returns the names, in the order of the table above. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(PROFILES.keySet());
    }

    /** Returns a profile, or null if none has that name. */
    public static @Nullable Profile find(String name) {
        return PROFILES.get(name);
    }

    /** Returns the profile of a scheduler that is given none. */
    public static Profile defaultProfile() {
        return requireNonNull(PROFILES.get(DEFAULT));
    }
}
