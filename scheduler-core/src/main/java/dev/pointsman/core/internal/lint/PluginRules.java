// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.lint;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.Expectations;
import dev.pointsman.core.config.Finding.Rule;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether each plugin is used, and suits what the host expects. */
final class PluginRules {
    /** llm-d never cuts prompts into blocks of fewer tokens to match them by history. */
    private static final int LEAST_BLOCK = 64;

    private static final Set<String> HISTORIES =
            Set.of("approx-prefix-cache-producer", "multicluster-approx-prefix-cache-producer");
    private static final Set<String> PREFIX_PRODUCERS = Set.of(
            "approx-prefix-cache-producer",
            "multicluster-approx-prefix-cache-producer",
            "precise-prefix-cache-producer",
            "burst-prefix-cache-producer");

    /** What the engine calls by itself, once it is declared. */
    private static final List<Class<?>> SELF_STARTERS = List.of(
            DataProducer.class,
            AsyncDataProducer.class,
            Admission.class,
            Screener.class,
            ProfileHandler.class,
            RequestDecorator.class,
            ResponseDecorator.class,
            SchedulingObserver.class,
            FleetListener.class,
            Maintained.class);

    private final Reviewed reviewed;
    private final Findings findings;

    private PluginRules(Reviewed reviewed, Findings findings) {
        this.reviewed = reviewed;
        this.findings = findings;
    }

    static void check(Reviewed reviewed, Expectations expected, Findings findings) {
        PluginRules rules = new PluginRules(reviewed, findings);
        rules.unused();
        rules.otherProducers();
        rules.prompts(expected.longestPromptTokens());
        rules.polling(expected.pollInterval(), expected.freshFor());
    }

    private void unused() {
        Set<String> used = new HashSet<>(reviewed.named());
        reviewed.source().profiles().forEach(profile -> profile.plugins().forEach(use -> used.add(use.plugin())));
        boolean anyProfile = !reviewed.source().profiles().isEmpty();
        for (DeclaredPlugin declared : reviewed.source().plugins()) {
            String name = declared.name();
            Plugin plugin = reviewed.plugins().get(name);
            boolean forProfiles = plugin instanceof Filter
                    || plugin instanceof Scorer
                    || plugin instanceof CostScorer
                    || plugin instanceof Picker;
            if (used.contains(name) || plugin == null) {
                continue;
            }
            if (forProfiles && anyProfile) {
                findings.add(
                        Rule.UNUSED_PLUGIN,
                        reviewed.section(name),
                        name + " is declared, and no profile uses it. Maybe a pluginRef is missing.");
            } else if (!forProfiles && SELF_STARTERS.stream().noneMatch(role -> role.isInstance(plugin))) {
                findings.add(
                        Rule.UNUSED_PLUGIN,
                        reviewed.section(name),
                        name + " is declared, and no plugin's parameters name it. Maybe the profile handler should.");
            }
        }
    }

    /** Finds who reads a prefix producer that nobody declared, where one was declared that nobody reads. */
    private void otherProducers() {
        Set<DataKey> read = new HashSet<>();
        for (Plugin plugin : reviewed.plugins().values()) {
            read.addAll(plugin.consumes());
            read.addAll(plugin.consumesIfPresent());
        }
        Set<String> idle = new TreeSet<>();
        for (DeclaredPlugin declared : reviewed.source().plugins()) {
            if (PREFIX_PRODUCERS.contains(declared.type())
                    && reviewed.plugins().get(declared.name()) instanceof DataProducer producer
                    && producer.produces().stream().noneMatch(read::contains)) {
                idle.add(declared.name());
            }
        }
        for (String name : idle) {
            findings.add(
                    Rule.OTHER_PRODUCER,
                    reviewed.section(name),
                    "nobody reads what " + name + " produces. Maybe set prefixMatchInfoProducerName of " + readers()
                            + " to " + name + ".");
        }
    }

    /** Returns who reads prefix producers that were added by default, for a message. */
    private String readers() {
        Set<DataKey> added = new HashSet<>();
        for (Map.Entry<String, String> entry : reviewed.addedTypes().entrySet()) {
            if (PREFIX_PRODUCERS.contains(entry.getValue())
                    && reviewed.plugins().get(entry.getKey()) instanceof DataProducer producer) {
                added.addAll(producer.produces());
            }
        }
        Set<String> readers = new TreeSet<>();
        reviewed.plugins().forEach((name, plugin) -> {
            if (plugin.consumes().stream().anyMatch(added::contains)
                    || plugin.consumesIfPresent().stream().anyMatch(added::contains)) {
                readers.add(name);
            }
        });
        return readers.isEmpty() ? "the prefix scorer" : String.join(" and ", readers);
    }

    private void prompts(long longest) {
        if (longest <= 0) {
            return;
        }
        for (String name : new TreeSet<>(reviewed.plugins().keySet())) {
            String type = reviewed.type(name);
            if (HISTORIES.contains(type)) {
                matchCap(name, longest);
                history(name, longest);
            } else if (type.equals("burst-prefix-cache-producer")) {
                double cap = reviewed.number(name, "maxPrefixTokensToMatch");
                if (cap > 0 && cap < longest) {
                    cut(name, longest, (long) cap, "maxPrefixTokensToMatch");
                }
            }
        }
    }

    private void matchCap(String name, long longest) {
        double tokens = reviewed.number(name, "maxPrefixTokensToMatch");
        double blocks = reviewed.number(name, "maxPrefixBlocksToMatch");
        double byBlocks = blocks * Math.max(LEAST_BLOCK, reviewed.number(name, "blockSizeTokens"));
        if (tokens > 0 && tokens < longest) {
            cut(name, longest, (long) tokens, "maxPrefixTokensToMatch");
        } else if (tokens <= 0 && byBlocks > 0 && byBlocks < longest) {
            cut(name, longest, (long) byBlocks, "maxPrefixBlocksToMatch");
        }
    }

    private void cut(String name, long longest, long cap, String parameter) {
        findings.add(
                Rule.MATCH_CAP_BELOW_CONTEXT,
                reviewed.section(name),
                name + " looks at " + cap + " tokens of a prompt, and prompts may have " + longest
                        + ": longer ones look less cached than they are. Maybe raise " + parameter + ".");
    }

    private void history(String name, long longest) {
        double tokens = reviewed.number(name, "lruCapacityPerServer")
                * Math.max(LEAST_BLOCK, reviewed.number(name, "blockSizeTokens"));
        if (!reviewed.flag(name, "autoTune") && tokens > 0 && tokens < longest) {
            findings.add(
                    Rule.HISTORY_BELOW_CONTEXT,
                    reviewed.section(name),
                    name + " remembers " + (long) tokens + " tokens of each endpoint, and one prompt may have "
                            + longest
                            + ": a long prompt pushes out all else, its own beginning included."
                            + " Maybe raise lruCapacityPerServer, or leave autoTune on.");
        }
    }

    private void polling(@Nullable Duration interval, @Nullable Duration freshFor) {
        if (interval == null || freshFor == null || interval.compareTo(freshFor) <= 0) {
            return;
        }
        for (String name : new TreeSet<>(reviewed.plugins().keySet())) {
            if (reviewed.plugins().get(name) instanceof Scorer scorer
                    && !scorer.signals().isEmpty()) {
                findings.add(
                        Rule.POLLED_TOO_SELDOM,
                        reviewed.section(name),
                        name + " reads metrics that come every " + interval.toMillis() + " ms and count in full for "
                                + freshFor.toMillis() + " ms, so most of the time they are too old."
                                + " Maybe poll at least twice as often as that.");
            }
        }
    }
}
