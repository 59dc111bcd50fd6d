// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.config.Semantics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps the endpoints whose labels meet all requirements of a selector, as Kubernetes does (llm-d's {@code
 * label-selector-filter}). A selector without requirements keeps all.
 *
 * <pre>{@code
 * LabelSelectorFilter.matching("zone=eu, tier in (gold, silver), !deprecated")
 * LabelSelectorFilter.builder().label("zone", "eu").in("tier", "gold", "silver").doesNotExist("deprecated").build()
 * }</pre>
 *
 * <p>llm-d never matches an endpoint that has no labels at all, unless the selector is empty; here it matches requirements
 * that ask for a label's absence, as in Kubernetes, because having none of a label does not depend on having others.
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates) label look-ups for each requirement, allocates nothing.
 */
public final class LabelSelectorFilter implements Filter {
    private final Requirement[] requirements;
    private final boolean needsLabels;

    private LabelSelectorFilter(List<Requirement> requirements, Semantics semantics) {
        this.requirements = requirements.toArray(new Requirement[0]);
        this.needsLabels = semantics == Semantics.LLM_D && !requirements.isEmpty();
    }

    /**
     * Reads a selector in Kubernetes' notation: requirements joined by commas, each of them {@code key=value}, {@code
     * key!=value}, {@code key in (a, b)}, {@code key notin (a, b)}, {@code key} or {@code !key}.
     *
     * @param selector the text; empty keeps all
     * @throws IllegalArgumentException if it is not a selector
     */
    public static LabelSelectorFilter matching(String selector) {
        return SelectorText.parse(selector);
    }

    /** Starts a selector without requirements. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (!matches(candidates.endpoint(i).labels())) {
                candidates.remove(i);
            }
        }
    }

    /** Tells whether labels meet all requirements. */
    public boolean matches(Map<String, String> labels) {
        if (needsLabels && labels.isEmpty()) {
            return false;
        }
        for (Requirement requirement : requirements) {
            if (!requirement.meets(labels)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean constraint() {
        return true;
    }

    /** Returns the selector in Kubernetes' notation. */
    @Override
    public String toString() {
        return Arrays.stream(requirements).map(Requirement::toString).collect(Collectors.joining(","));
    }

    private enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST
    }

    private record Requirement(String key, Operator operator, Set<String> values) {
        boolean meets(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }

        @Override
        public String toString() {
            return switch (operator) {
                case IN -> key + " in " + valuesText();
                case NOT_IN -> key + " notin " + valuesText();
                case EXISTS -> key;
                case DOES_NOT_EXIST -> "!" + key;
            };
        }

        private String valuesText() {
            return values.stream().sorted().collect(Collectors.joining(",", "(", ")"));
        }
    }

    /** Collects requirements, all of which must be met; not thread-safe. */
    public static final class Builder {
        private final List<Requirement> requirements = new ArrayList<>();

        private Builder() {}

        /** Requires a label to have a value. */
        public Builder label(String key, String value) {
            return in(key, value);
        }

        /** Requires labels to have values. */
        public Builder labels(Map<String, String> labels) {
            labels.forEach(this::label);
            return this;
        }

        /** Requires a label to have one of some values; at least one. */
        public Builder in(String key, String... values) {
            return add(key, Operator.IN, values);
        }

        /** Requires a label not to have any of some values, at least one; an endpoint without the label passes. */
        public Builder notIn(String key, String... values) {
            return add(key, Operator.NOT_IN, values);
        }

        /** Requires a label to be there, whatever its value. */
        public Builder exists(String key) {
            return add(key, Operator.EXISTS);
        }

        /** Requires a label not to be there. */
        public Builder doesNotExist(String key) {
            return add(key, Operator.DOES_NOT_EXIST);
        }

        /** Builds the filter. */
        public LabelSelectorFilter build() {
            return build(Semantics.CORRECTED);
        }

        LabelSelectorFilter build(Semantics semantics) {
            return new LabelSelectorFilter(requirements, semantics);
        }

        private Builder add(String key, Operator operator, String... values) {
            if (requireNonNull(key, "key").isBlank()) {
                throw new IllegalArgumentException(
                        "label key: must not be blank.\nMaybe the key and the value were swapped.");
            }
            boolean takesValues = operator == Operator.IN || operator == Operator.NOT_IN;
            if (takesValues && values.length == 0) {
                throw new IllegalArgumentException("label " + key + ": needs at least one value to compare with."
                        + "\nMaybe exists or doesNotExist is meant.");
            }
            // Copied by way of a set of the caller's order, because Set.of refuses doubles.
            requirements.add(new Requirement(key, operator, Set.copyOf(new LinkedHashSet<>(Arrays.asList(values)))));
            return this;
        }
    }
}
