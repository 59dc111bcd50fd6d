// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.lint;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.Expectations;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.config.Finding.Rule;
import dev.pointsman.core.internal.config.SchemaReader;
import dev.pointsman.core.internal.config.Section;
import java.util.List;
import java.util.Map;

/** Looks for what is allowed and probably not meant. */
public final class Linter {
    /** Types of llm-d that have a newer name or a successor. */
    private static final Map<String, String> SUCCESSORS = Map.of(
            "by-label-selector", "label-selector-filter",
            "by-label", "label-selector-filter",
            "precise-prefix-cache-scorer", "precise-prefix-cache-producer and prefix-cache-scorer",
            "pd-profile-handler", "disagg-profile-handler",
            "data-parallel-profile-handler", "one endpoint for each rank",
            "disagg-headers-handler", "disagg-profile-handler",
            "prefill-header-handler", "disagg-profile-handler");

    private Linter() {}

    /**
     * Returns what was found, in the order in which it stands; those that are about the whole come first.
     *
     * @param expected what the host knows of its traffic and metrics
     */
    public static List<Finding> lint(Reviewed reviewed, Expectations expected) {
        Findings findings = new Findings();
        names(reviewed, findings);
        ProfileRules.check(reviewed, findings);
        PluginRules.check(reviewed, expected, findings);
        return findings.inOrder();
    }

    /** Finds older names of parameters. */
    private static void parameters(Reviewed reviewed, int plugin, Findings findings) {
        DeclaredPlugin declared = reviewed.source().plugins().get(plugin);
        Section given = reviewed.source().pluginSections().get(plugin).section("parameters");
        if (given != null) {
            older(given, reviewed.parametersOfType().apply(declared.type()), findings);
        }
    }

    private static void older(Section given, List<ParameterSpec> specs, Findings findings) {
        for (ParameterSpec spec : specs) {
            if (given.has(spec.name()) && spec.newerName() != null) {
                findings.add(
                        Rule.DEPRECATED_NAME,
                        given,
                        spec.name(),
                        spec.name() + " is the older name. Maybe " + spec.newerName() + "; nothing else changes.");
            } else if (given.has(spec.name())
                    && spec.type() == ParameterSpec.Type.OBJECT
                    && !spec.fields().isEmpty()) {
                older(requireNonNull(given.section(spec.name())), spec.fields(), findings);
            }
        }
    }

    private static void names(Reviewed reviewed, Findings findings) {
        Section root = reviewed.source().root();
        if (root == null) {
            return;
        }
        String version = SchemaReader.API_VERSIONS.get(0);
        if (!version.equals(root.text("apiVersion"))) {
            findings.add(
                    Rule.DEPRECATED_NAME,
                    root,
                    "apiVersion",
                    "is the older name. Maybe " + version + "; nothing else changes.");
        }
        if (root.has("flowControl")) {
            findings.add(
                    Rule.IGNORED_SECTION,
                    root,
                    "flowControl",
                    "has no effect as long as the gate flowControl is off. Maybe remove it.");
        }
        for (int i = 0; i < reviewed.source().plugins().size(); i++) {
            String type = reviewed.source().plugins().get(i).type();
            String successor = SUCCESSORS.get(type);
            if (successor != null) {
                findings.add(
                        Rule.DEPRECATED_NAME,
                        reviewed.source().pluginSections().get(i),
                        "type",
                        type + " is deprecated in llm-d. Maybe use " + successor + ".");
            }
            parameters(reviewed, i, findings);
        }
    }
}
