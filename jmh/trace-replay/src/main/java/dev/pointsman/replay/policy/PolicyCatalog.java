// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What policy names stand for. Thread-safe; a catalog that knows more is made by {@link #orElse}.
 *
 * <p>Some names end in a number that is part of them: {@code random42}, {@code hash_depth_1}, {@code
 * greedy_prefix_min2}, {@code bounded_1000000}; any number in range will do.
 */
public final class PolicyCatalog {
    private static final List<Entry> FIXED = List.of(
            exact(routing("round_robin", "Request i goes to endpoint i mod N.", false, FixedPolicies.roundRobin())),
            exact(routing("random", "As random42.", false, FixedPolicies.random(42))),
            numbered(
                    "random",
                    "42",
                    Long.MAX_VALUE,
                    seed -> routing(
                            "random" + seed,
                            "Uniformly at random: SplitMix64 with seed " + seed + ".",
                            false,
                            FixedPolicies.random(seed))),
            exact(routing(
                    "least_input",
                    "Fewest input tokens placed so far; ties lowest index. Blind to caches.",
                    false,
                    FixedPolicies::leastInput)),
            numbered(
                    "hash_depth_",
                    "1",
                    Integer.MAX_VALUE,
                    depth -> routing(
                            "hash_depth_" + depth,
                            "By the hash of block " + depth + " (from 0) of the prompt, or of its last if shorter.",
                            false,
                            FixedPolicies.hashDepth((int) depth))),
            exact(routing("session_hash", "As hash_depth_1.", false, FixedPolicies.hashDepth(1))),
            exact(routing(
                    "greedy_prefix",
                    "Longest cached prefix; ties fewest uncached tokens placed, then lowest index.",
                    false,
                    FixedPolicies.greedyPrefix(1, Long.MAX_VALUE))),
            numbered(
                    "greedy_prefix_min",
                    "2",
                    Integer.MAX_VALUE,
                    least -> routing(
                            "greedy_prefix_min" + least,
                            "As greedy_prefix, but a run shorter than " + least + " blocks counts as 0.",
                            false,
                            FixedPolicies.greedyPrefix((int) least, Long.MAX_VALUE))),
            numbered(
                    "bounded_",
                    "1000000",
                    1L << 60,
                    slack -> routing(
                            "bounded_" + slack,
                            "As greedy_prefix, among endpoints within " + slack + " uncached tokens of the least.",
                            false,
                            FixedPolicies.greedyPrefix(1, slack))),
            exact(routing("least_work", "Least work waiting; ties lowest index.", true, FixedPolicies::leastWork)),
            exact(routing(
                    "longest_prefix",
                    "Longest cached prefix; ties least work waiting, then lowest index.",
                    true,
                    FixedPolicies::longestPrefix)),
            exact(routing(
                    "min_eta",
                    "Least work waiting plus the request's own uncached work; ties lowest index.",
                    true,
                    FixedPolicies::minEta)),
            exact(new CacheReference(
                    CacheReference.Kind.INFINITE, "infinite", "Reference: one cache that never evicts; a bound.")),
            exact(new CacheReference(
                    CacheReference.Kind.POOLED_LRU,
                    "pooled_lru",
                    "Reference: one LRU as large as all caches together; not a bound.")),
            exact(new CacheReference(
                    CacheReference.Kind.BELADY,
                    "belady",
                    "Reference: one clairvoyant cache as large as one endpoint's.")),
            exact(new CacheReference(
                    CacheReference.Kind.POOLED_BELADY,
                    "pooled_belady",
                    "Reference: one clairvoyant cache as large as all caches together; a bound.")));

    private static final PolicyCatalog FIXED_ONLY = new PolicyCatalog(FIXED);

    private final List<Entry> entries;

    private PolicyCatalog(List<Entry> entries) {
        this.entries = entries;
    }

    /** Returns the catalog of fixed policies and cache references. */
    public static PolicyCatalog fixed() {
        return FIXED_ONLY;
    }

    /** Returns a catalog that also knows other definitions, unless it knows their names already. */
    public PolicyCatalog orElse(List<? extends PolicyDefinition> definitions) {
        List<Entry> all = new ArrayList<>(entries);
        for (PolicyDefinition definition : definitions) {
            if (!knows(definition.name())) {
                all.add(exact(definition));
            }
        }
        return new PolicyCatalog(List.copyOf(all));
    }

    /** Returns every definition, with one example for each family of numbered names; unmodifiable. */
    public List<PolicyDefinition> examples() {
        return entries.stream().map(Entry::example).toList();
    }

    /** Tells whether a name is known. */
    public boolean knows(String name) {
        return entries.stream().anyMatch(entry -> entry.matches(name));
    }

    /**
     * Finds what a name stands for.
     *
     * @throws IllegalArgumentException if it is unknown, or its number is out of range
     */
    public PolicyDefinition find(String name) {
        requireNonNull(name, "name");
        for (Entry entry : entries) {
            if (entry.matches(name)) {
                return entry.define(name);
            }
        }
        throw ParameterException.unknown(
                "policy",
                "policy",
                name,
                examples().stream().map(PolicyDefinition::name).toList());
    }

    private static RoutingPolicy routing(String name, String description, boolean needsTime, ReplayPolicy policy) {
        return new RoutingPolicy(name, description, needsTime, surroundings -> policy);
    }

    private static Entry exact(PolicyDefinition definition) {
        return new Entry(Pattern.compile(Pattern.quote(definition.name())), definition.name(), name -> definition);
    }

    private static Entry numbered(String prefix, String example, long most, NumberedPolicy policy) {
        Pattern pattern = Pattern.compile(Pattern.quote(prefix) + "([0-9]+)");
        return new Entry(pattern, prefix + example, name -> {
            Matcher matcher = pattern.matcher(name);
            if (matcher.matches() && matcher.group(1).length() < 19) {
                long number = Long.parseLong(matcher.group(1));
                if (number <= most) {
                    return policy.define(number);
                }
            }
            throw new IllegalArgumentException("policy " + prefix + "*: must end in a number from 0 to " + most
                    + ", but was \"" + name + "\".\nMaybe a smaller number is meant, as in " + prefix + example + ".");
        });
    }

    private record Entry(Pattern pattern, String exampleName, Function<String, PolicyDefinition> maker) {
        boolean matches(String name) {
            return pattern.matcher(name).matches();
        }

        PolicyDefinition define(String name) {
            return maker.apply(name);
        }

        PolicyDefinition example() {
            return define(exampleName);
        }
    }

    @FunctionalInterface
    private interface NumberedPolicy {
        PolicyDefinition define(long number);
    }
}
