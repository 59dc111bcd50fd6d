// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Draw;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One rule of {@link ModelRewrites}: for which models it is, and which models stand in for them. Immutable; {@link #to} makes
 * another rule.
 *
 * <p>Without any weight all targets are equally likely. As soon as one has a weight, those that have none are never drawn, nor are
 * those of weight 0 (llm-d's rule).
 *
 * @param models the exact names it is for; empty for any
 * @param targets what stands in for them, in order
 */
public record ModelRewrite(Set<String> models, List<Target> targets) {
    /** The greatest weight. */
    public static final int MAX_WEIGHT = 1_000_000;

    /** What a rule of a configuration has. */
    static final List<ParameterSpec> FIELDS = List.of(
            ParameterSpec.objects(
                    "matches",
                    "The models that it is for, of which one is enough; any if absent.",
                    ParameterSpec.required("model", ParameterSpec.Type.OBJECT, "Which model.")
                            .withFields(
                                    ParameterSpec.optional(
                                                    "type", ParameterSpec.Type.STRING, "Exact", "How names match.")
                                            .oneOf("Exact"),
                                    ParameterSpec.required("value", ParameterSpec.Type.STRING, "The model's name."))),
            ParameterSpec.required("targets", ParameterSpec.Type.OBJECT_LIST, "What stands in for them.")
                    .withFields(
                            ParameterSpec.required(
                                    "modelRewrite", ParameterSpec.Type.STRING, "The model that stands in."),
                            ParameterSpec.optional(
                                            "weight",
                                            ParameterSpec.Type.INTEGER,
                                            null,
                                            "How often it does, relative to the others.")
                                    .between(0, MAX_WEIGHT)));

    /**
     * A model that stands in for another.
     *
     * @param model its name; not blank
     * @param weight how often it is drawn, relative to the others, 0 to {@value #MAX_WEIGHT}; null if not stated
     */
    public record Target(String model, @Nullable Integer weight) {
        public Target {
            if (requireNonNull(model, "model").isBlank()) {
                throw new IllegalArgumentException(
                        "model rewrite: the target must not be blank.\nMaybe its name was left out.");
            }
            if (weight != null && (weight < 0 || weight > MAX_WEIGHT)) {
                throw new IllegalArgumentException("model rewrite to " + model + ": the weight must be between 0 and "
                        + MAX_WEIGHT + ", but was " + weight + ".\nMaybe divide all weights by the same number.");
            }
        }
    }

    /** Copies the collections and checks that one of the targets can be drawn. */
    public ModelRewrite {
        models = Set.copyOf(models);
        targets = List.copyOf(targets);
        if (weighted(targets) && total(targets) == 0) {
            throw new IllegalArgumentException(
                    "model rewrite to " + targets.get(0).model()
                            + ": one of the weights must be above 0.\nMaybe leave the weights out; then all are equally likely.");
        }
    }

    /** Starts a rule for some models; {@link #to} says what stands in for them. */
    public static ModelRewrite of(String... models) {
        return new ModelRewrite(new LinkedHashSet<>(List.of(models)), List.of());
    }

    /** Starts a rule for any model; {@link #to} says what stands in for it. */
    public static ModelRewrite ofAny() {
        return new ModelRewrite(Set.of(), List.of());
    }

    /** Returns this rule with another target, without a weight. */
    public ModelRewrite to(String model) {
        return with(new Target(model, null));
    }

    /**
     * Returns this rule with another target.
     *
     * @param weight how often it is drawn, relative to the others, 1 to {@value #MAX_WEIGHT}; 0 for never, once another has more
     */
    public ModelRewrite to(String model, int weight) {
        return with(new Target(model, weight));
    }

    private ModelRewrite with(Target target) {
        List<Target> more = new ArrayList<>(targets);
        more.add(target);
        return new ModelRewrite(models, more);
    }

    static ModelRewrite of(Parameters rule) {
        ParameterSpec.checkNames(rule, FIELDS);
        Set<String> models = new LinkedHashSet<>();
        for (Parameters match : rule.objects("matches")) {
            models.add(match.object("model").requiredString("value"));
        }
        List<Target> targets = new ArrayList<>();
        for (Parameters target : rule.objects("targets")) {
            targets.add(new Target(
                    target.requiredString("modelRewrite"),
                    target.has("weight") ? (int) target.requiredInteger("weight", 0, MAX_WEIGHT) : null));
        }
        if (targets.isEmpty()) {
            throw rule.error("targets", "must have at least one target", "Maybe remove the rule.");
        }
        if (weighted(targets) && total(targets) == 0) {
            throw rule.error("targets", "must have a weight above 0", "Maybe leave the weights out.");
        }
        return new ModelRewrite(models, targets);
    }

    /** Draws a target; there is at least one. */
    String target(Draw draw) {
        boolean weighted = weighted(targets);
        long total = weighted ? total(targets) : targets.size();
        long left = Long.remainderUnsigned(draw.bits(0), total);
        for (int i = 0; i < targets.size(); i++) {
            left -= weighted ? weight(targets.get(i)) : 1;
            if (left < 0) {
                return targets.get(i).model();
            }
        }
        throw new IllegalStateException(this + ": weights do not add up"); // Not reached.
    }

    private static boolean weighted(List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).weight() != null) {
                return true;
            }
        }
        return false;
    }

    private static long total(List<Target> targets) {
        long total = 0;
        for (int i = 0; i < targets.size(); i++) {
            total += weight(targets.get(i));
        }
        return total;
    }

    private static int weight(Target target) {
        Integer weight = target.weight();
        return weight == null ? 0 : weight;
    }

    String told() {
        return models.isEmpty() ? "any model" : String.join(", ", models);
    }

    Map<String, Object> toConfiguration() {
        Map<String, Object> rule = new LinkedHashMap<>();
        if (!models.isEmpty()) {
            rule.put(
                    "matches",
                    models.stream()
                            .sorted()
                            .map(model -> Map.of("model", Map.of("value", model)))
                            .toList());
        }
        List<Map<String, Object>> stand = new ArrayList<>();
        for (Target target : targets) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("modelRewrite", target.model());
            if (target.weight() != null) {
                one.put("weight", BigDecimal.valueOf(target.weight()));
            }
            stand.add(one);
        }
        rule.put("targets", stand);
        return rule;
    }
}
