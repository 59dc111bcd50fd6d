// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.config.Finding.Rule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks for what is allowed and probably not meant. */
public final class Linter {
    /** Below this share of a profile's weight a scorer can only break what others leave nearly even. */
    private static final double LEAST_SHARE = 0.02;

    private static final Set<String> PREFIX_PRODUCERS = Set.of(
            "approx-prefix-cache-producer", "multicluster-approx-prefix-cache-producer", "burst-prefix-cache-producer");

    private final ConfigSource source;
    private final Map<String, Plugin> made;
    private final Map<String, DeclaredPlugin> declared = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Takes what there is to look at.
     *
     * @param source the configuration
     * @param made its plugins by name
     */
    public Linter(ConfigSource source, Map<String, Plugin> made) {
        this.source = source;
        this.made = made;
        source.plugins().forEach(plugin -> declared.put(plugin.name(), plugin));
    }

    /**
     * Returns what was found, in the order in which it stands.
     *
     * @param profilesRun the profiles that the handler may run, or null if it does not say
     * @param contextTokens the longest prompt that is expected, or 0 if unknown
     */
    public List<Finding> lint(@Nullable Set<String> profilesRun, long contextTokens) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < source.plugins().size(); i++) {
            matchCap(source.plugins().get(i), source.pluginSections().get(i), contextTokens);
        }
        for (int i = 0; i < source.profiles().size(); i++) {
            DeclaredProfile profile = source.profiles().get(i);
            Section section = source.profileSections().get(i);
            profile.plugins().forEach(use -> used.add(use.plugin()));
            scorers(profile, section);
            if (profilesRun != null && !profilesRun.contains(profile.name())) {
                add(
                        Rule.PROFILE_NEVER_RUN,
                        section,
                        "profile " + profile.name()
                                + " is never run by the profile handler. Maybe its name differs from the handler's parameters.");
            }
        }
        if (!source.profiles().isEmpty()) {
            unused(used);
        }
        return List.copyOf(findings);
    }

    private void scorers(DeclaredProfile profile, Section section) {
        List<Section> uses = section.sections("plugins");
        double total = 0;
        boolean ignoresScores = false;
        for (DeclaredProfile.Use use : profile.plugins()) {
            Plugin plugin = made.get(use.plugin());
            total += plugin instanceof Scorer ? weight(use) : 0;
            ignoresScores |= plugin instanceof Picker && type(use.plugin()).equals("random-picker");
        }
        Map<String, String> byMeaning = new HashMap<>();
        for (int i = 0; i < uses.size(); i++) {
            DeclaredProfile.Use use = profile.plugins().get(i);
            Section at = uses.get(i);
            Plugin plugin = made.get(use.plugin());
            if (!(plugin instanceof Scorer)) {
                if (!(plugin instanceof Filter) && !(plugin instanceof Picker)) {
                    add(
                            Rule.MISPLACED_PLUGIN,
                            at,
                            use.plugin()
                                    + " is no filter, scorer or picker, so a profile makes no use of it. Maybe remove the line;"
                                    + " that it is declared is enough.");
                } else if (use.weight() != null) {
                    add(
                            Rule.MISPLACED_PLUGIN,
                            at,
                            use.plugin() + " is no scorer, so its weight has no effect. Maybe remove the weight.");
                }
                continue;
            }
            double weight = weight(use);
            if (weight == 0) {
                add(Rule.DEAD_SCORER, at, use.plugin() + " has weight 0. Maybe remove it; it costs time all the same.");
            } else if (ignoresScores) {
                add(
                        Rule.DEAD_SCORER,
                        at,
                        use.plugin()
                                + " is scored, and random-picker looks at no score. Maybe use max-score-picker or weighted-random-picker.");
            } else if (weight < LEAST_SHARE * total) {
                add(
                        Rule.DOMINATED_SCORER,
                        at,
                        String.format(
                                Locale.ROOT,
                                "%s has %.2g %% of the profile's weight, so it decides only where all else is nearly even."
                                        + " Maybe the weights are in different units; each score is from 0 to 1.",
                                use.plugin(),
                                100 * weight / total));
            }
            String other = byMeaning.putIfAbsent(meaning(use.plugin()), use.plugin());
            if (other != null) {
                add(
                        Rule.REPEATED_SCORER,
                        at,
                        use.plugin() + " says the same as " + other
                                + ". Maybe keep one of them, with the sum of the weights.");
            }
        }
    }

    private void unused(Set<String> used) {
        for (int i = 0; i < source.plugins().size(); i++) {
            String name = source.plugins().get(i).name();
            Plugin plugin = made.get(name);
            boolean forProfiles = plugin instanceof Filter || plugin instanceof Scorer || plugin instanceof Picker;
            if (forProfiles && !used.contains(name)) {
                add(
                        Rule.UNUSED_PLUGIN,
                        source.pluginSections().get(i),
                        name + " is declared, and no profile uses it. Maybe a pluginRef is missing.");
            }
        }
    }

    private void matchCap(DeclaredPlugin plugin, Section section, long contextTokens) {
        if (contextTokens > 0
                && PREFIX_PRODUCERS.contains(plugin.type())
                && plugin.parameters().get("maxPrefixTokensToMatch") instanceof BigDecimal cap
                && cap.signum() > 0
                && cap.compareTo(BigDecimal.valueOf(contextTokens)) < 0) {
            add(
                    Rule.MATCH_CAP_BELOW_CONTEXT,
                    section,
                    plugin.name() + " looks at " + cap.toPlainString()
                            + " tokens of a prompt, and prompts may have " + contextTokens
                            + ": longer ones look less cached than they are. Maybe raise maxPrefixTokensToMatch.");
        }
    }

    private static double weight(DeclaredProfile.Use use) {
        return use.weight() == null ? 1 : use.weight();
    }

    private String type(String name) {
        DeclaredPlugin plugin = declared.get(name);
        return plugin == null ? "" : plugin.type();
    }

    private String meaning(String name) {
        DeclaredPlugin plugin = declared.get(name);
        return plugin == null ? name : plugin.type() + plugin.parameters();
    }

    private void add(Rule rule, Section section, String message) {
        findings.add(new Finding(rule, section.place().line(), section.path(), message));
    }
}
