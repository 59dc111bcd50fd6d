// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.lint;

import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Finding.Rule;
import dev.pointsman.core.internal.config.Section;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a profile's plugins come to together. */
final class ProfileRules {
    /** Below this share of what a profile's scores can differ by, a scorer only breaks what others leave nearly even. */
    private static final double LEAST_SHARE = 0.02;

    /** Scorers that do not use the whole range from 0 to 1. */
    private static final Map<String, Double> RANGES = Map.of("load-aware-scorer", 0.5);

    /** Filters that leave only endpoints between which a scorer of the same purpose cannot choose. */
    private static final Map<String, String> SETTLED_BY = Map.of("session-affinity-scorer", "session-affinity-filter");

    private static final Set<String> STAGE_HANDLERS = Set.of("disagg-profile-handler", "pd-profile-handler");

    private final Reviewed reviewed;
    private final Findings findings;
    private final DeclaredProfile profile;
    private final Section section;
    private final List<Section> uses;

    private ProfileRules(Reviewed reviewed, Findings findings, DeclaredProfile profile, Section section) {
        this.reviewed = reviewed;
        this.findings = findings;
        this.profile = profile;
        this.section = section;
        this.uses = section.sections("plugins");
    }

    static void check(Reviewed reviewed, Findings findings) {
        List<DeclaredProfile> profiles = reviewed.source().profiles();
        for (int i = 0; i < profiles.size(); i++) {
            new ProfileRules(
                            reviewed,
                            findings,
                            profiles.get(i),
                            reviewed.source().profileSections().get(i))
                    .check();
        }
        if (profiles.isEmpty()
                && reviewed.source().root() != null
                && reviewed.plugins().values().stream().noneMatch(Scorer.class::isInstance)) {
            findings.add(
                    Rule.RANDOM_CHOICE,
                    reviewed.source().root(),
                    "no scorer is declared, so endpoints are chosen at random. Maybe add queue-scorer and prefix-cache-scorer.");
        }
    }

    private void check() {
        if (!reviewed.profilesRun().contains(profile.name())) {
            findings.add(
                    Rule.PROFILE_NEVER_RUN,
                    section,
                    "profile " + profile.name() + " is never run by " + reviewed.handler()
                            + ". Maybe its name differs from the handler's parameters.");
        }
        places();
        scorers();
        repeated();
        picker();
        if (STAGE_HANDLERS.contains(reviewed.type(reviewed.handler())) && !uses(Filter.class)) {
            findings.add(
                    Rule.ANY_ROLE,
                    section,
                    "profile " + profile.name()
                            + " is a stage and has no filter, so it may choose an endpoint of any role."
                            + " Maybe add decode-filter, prefill-filter or encode-filter.");
        }
    }

    private boolean uses(Class<? extends Plugin> role) {
        return profile.plugins().stream().anyMatch(use -> role.isInstance(plugin(use)));
    }

    private Plugin plugin(DeclaredProfile.Use use) {
        Plugin plugin = reviewed.plugins().get(use.plugin());
        if (plugin == null) {
            throw new IllegalStateException("plugin " + use.plugin() + " was declared and not made");
        }
        return plugin;
    }

    private void places() {
        for (int i = 0; i < uses.size(); i++) {
            DeclaredProfile.Use use = profile.plugins().get(i);
            Plugin plugin = plugin(use);
            if (!(plugin instanceof Filter) && !(plugin instanceof Scorer) && !(plugin instanceof Picker)) {
                findings.add(
                        Rule.MISPLACED_PLUGIN,
                        uses.get(i),
                        use.plugin() + " is no filter, scorer or picker, so a profile makes no use of it."
                                + " Maybe remove the line; that it is declared is enough.");
            } else if (!(plugin instanceof Scorer) && use.weight() != null) {
                findings.add(
                        Rule.MISPLACED_PLUGIN,
                        uses.get(i),
                        "weight",
                        use.plugin() + " is no scorer, so its weight has no effect. Maybe remove the weight.");
            }
        }
    }

    private void scorers() {
        double total = 0;
        for (DeclaredProfile.Use use : profile.plugins()) {
            total += plugin(use) instanceof Scorer ? reach(use) : 0;
        }
        if (total == 0 && !profile.plugins().isEmpty()) {
            findings.add(
                    Rule.RANDOM_CHOICE,
                    section,
                    "profile " + profile.name()
                            + " has no scorer with a weight above 0, so it chooses at random among what"
                            + " its filters leave. Maybe add queue-scorer.");
        }
        for (int i = 0; i < uses.size(); i++) {
            DeclaredProfile.Use use = profile.plugins().get(i);
            if (plugin(use) instanceof Scorer) {
                scorer(use, uses.get(i), total);
            }
        }
    }

    private void scorer(DeclaredProfile.Use use, Section at, double total) {
        String settling = SETTLED_BY.get(reviewed.type(use.plugin()));
        if (reach(use) == 0) {
            findings.add(
                    Rule.DEAD_SCORER, at, use.plugin() + " has weight 0. Maybe remove it; it costs time all the same.");
        } else if (ofType("random-picker")) {
            findings.add(
                    Rule.DEAD_SCORER,
                    at,
                    use.plugin() + " is scored, and random-picker looks at no score."
                            + " Maybe use max-score-picker or weighted-random-picker.");
        } else if (settling != null && ofType(settling)) {
            findings.add(
                    Rule.DEAD_SCORER,
                    at,
                    use.plugin() + " prefers what " + settling
                            + " has left alone or not found. Maybe remove one of them.");
        } else if (reach(use) < LEAST_SHARE * total) {
            findings.add(
                    Rule.DOMINATED_SCORER,
                    at,
                    String.format(
                            Locale.ROOT,
                            "%s makes up %.2g %% of what scores can differ by, so it decides only where all else is nearly"
                                    + " even. Maybe the weights are in different units; each score is from 0 to 1.",
                            use.plugin(),
                            100 * reach(use) / total));
        }
    }

    /** Returns by how much a scorer can set two endpoints apart. */
    private double reach(DeclaredProfile.Use use) {
        double weight = use.weight() == null ? 1 : use.weight();
        return weight * RANGES.getOrDefault(reviewed.type(use.plugin()), 1.0);
    }

    private boolean ofType(String type) {
        return profile.plugins().stream()
                .anyMatch(use -> reviewed.type(use.plugin()).equals(type));
    }

    private void repeated() {
        Map<String, String> byMeaning = new HashMap<>();
        for (int i = 0; i < uses.size(); i++) {
            String name = profile.plugins().get(i).plugin();
            Plugin plugin = plugin(profile.plugins().get(i));
            String meaning = reviewed.type(name) + reviewed.parameters(name);
            String other = plugin instanceof Picker ? null : byMeaning.putIfAbsent(meaning, name);
            if (other != null) {
                boolean scores = plugin instanceof Scorer;
                findings.add(
                        Rule.REPEATED_PLUGIN,
                        uses.get(i),
                        name + (scores ? " says the same as " : " keeps the same as ")
                                + (other.equals(name) ? "before" : other) + ". Maybe keep one of them"
                                + (scores ? ", with the sum of the weights." : "."));
            }
        }
    }

    private void picker() {
        String pickers = reviewed.source().plugins().stream()
                .map(plugin -> plugin.name())
                .filter(name -> reviewed.plugins().get(name) instanceof Picker)
                .collect(Collectors.joining(", "));
        if (pickers.contains(",") && !uses(Picker.class)) {
            findings.add(
                    Rule.AMBIGUOUS_PICKER,
                    section,
                    "profile " + profile.name() + " names none of the pickers " + pickers
                            + "; the first is taken, and llm-d takes any. Maybe name one.");
        }
    }
}
