// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static dev.pointsman.api.config.ParameterSpec.optional;
import static dev.pointsman.api.config.ParameterSpec.required;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.filter.LabelSelectorFilter;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The built-in screeners by type name. */
public final class ScreenerFactories {
    private static final ParameterSpec SCOPE = required(
                    "scope",
                    ParameterSpec.Type.OBJECT,
                    "Which endpoints count for a revision's weight and completeness.")
            .withFields(required(
                    "labelSelector", ParameterSpec.Type.STRING, "Their labels, as a Kubernetes label selector."));
    private static final ParameterSpec SELECTORS = ParameterSpec.objects(
            "headerSelectors",
            "Headers that carry labels from phase to phase.",
            required("name", ParameterSpec.Type.STRING, "What the selector is called."),
            required("headerName", ParameterSpec.Type.STRING, "The header of requests and responses."),
            required("labelKey", ParameterSpec.Type.STRING, "The label whose value it carries."),
            required(
                            "mode",
                            ParameterSpec.Type.STRING,
                            "Whether only endpoints of an equal label are kept, or all are.")
                    .oneOf("strict", "prefer"));
    private static final ParameterSpec GATING = required(
                    "revisionGating", ParameterSpec.Type.OBJECT, "How requests are shared out among revisions.")
            .withFields(
                    required("mode", ParameterSpec.Type.STRING, "What a revision weighs.")
                            .oneOf("sum", "max-role", "role-capacity", "disabled"),
                    optional("requireRoles", ParameterSpec.Type.OBJECT, null, "The roles that a revision needs.")
                            .withFields(required(
                                    "values", ParameterSpec.Type.STRING_LIST, "Their names; the first wins a tie.")),
                    optional(
                            "revisionLabelKey",
                            ParameterSpec.Type.STRING,
                            RevisionGating.REVISION_LABEL,
                            "The revision's label."),
                    optional("roleLabelKey", ParameterSpec.Type.STRING, RevisionGating.ROLE_LABEL, "The role's label."),
                    optional(
                            "roleCapacity",
                            ParameterSpec.Type.OBJECT,
                            null,
                            "What one endpoint of each role serves, relative to the others, for role-capacity."));

    private static final List<PluginFactory> ALL = List.of(
            BuiltInFactory.of(
                    EndpointSubsetScreener.TYPE,
                    "Keeps the endpoints that the proxy in front allows for a request.",
                    EndpointSubsetScreener::new),
            new BuiltInFactory(
                    "disaggregatedset-rollout-screener",
                    Set.of(),
                    "Keeps each request on one revision of a disaggregated deployment during a rollout.",
                    List.of(SCOPE, SELECTORS, GATING),
                    ScreenerFactories::rollout));

    private ScreenerFactories() {}

    /** Returns one factory for each type; unmodifiable. */
    public static List<PluginFactory> all() {
        return ALL;
    }

    private static RolloutScreener rollout(String name, Parameters parameters) {
        Parameters scope = parameters.object("scope");
        List<HeaderSelector> selectors = new ArrayList<>();
        for (Parameters selector : parameters.objects("headerSelectors")) {
            selectors.add(new HeaderSelector(
                    selector.requiredString("name"),
                    selector.requiredString("headerName"),
                    selector.requiredString("labelKey"),
                    selector.requiredString("mode").equals("strict")));
        }
        return new RolloutScreener(name, selector(scope), selectors, gating(parameters.object("revisionGating")));
    }

    private static LabelSelectorFilter selector(Parameters scope) {
        try {
            return LabelSelectorFilter.matching(scope.requiredString("labelSelector"));
        } catch (ParameterException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
            throw scope.error(
                    "labelSelector",
                    "must be a label selector (" + lines[0] + ")",
                    lines.length > 1 ? lines[1] : "Maybe key=value.");
        }
    }

    private static RevisionGating gating(Parameters gating) {
        RevisionGating.Mode mode = switch (gating.requiredString("mode")) {
            case "sum" -> RevisionGating.Mode.SUM;
            case "max-role" -> RevisionGating.Mode.MAX_ROLE;
            case "role-capacity" -> RevisionGating.Mode.CAPACITY;
            case "disabled" -> RevisionGating.Mode.DISABLED;
            default ->
                throw gating.error("mode", "must be sum, max-role, role-capacity or disabled", "Maybe max-role.");
        };
        List<String> roles = gating.object("requireRoles").strings("values");
        boolean distinct = !roles.isEmpty() && new HashSet<>(roles).size() == roles.size();
        if (mode != RevisionGating.Mode.DISABLED && !distinct) {
            throw gating.error(
                    "requireRoles", "must have values, each role once", "Maybe {values: [prefill, decode]} is meant.");
        }
        Map<String, Double> capacity = new LinkedHashMap<>();
        if (mode == RevisionGating.Mode.CAPACITY) {
            Parameters given = gating.object("roleCapacity");
            for (String role : roles) {
                double each = given.requiredNumber(role, 0, Double.MAX_VALUE);
                if (each == 0) {
                    throw given.error(role, "must be above 0", "Maybe leave the role out of requireRoles.");
                }
                capacity.put(role, each);
            }
        }
        return new RevisionGating(
                mode,
                roles,
                gating.string("revisionLabelKey", RevisionGating.REVISION_LABEL),
                gating.string("roleLabelKey", RevisionGating.ROLE_LABEL),
                capacity);
    }
}
