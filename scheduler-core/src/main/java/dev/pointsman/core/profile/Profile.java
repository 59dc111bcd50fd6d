// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.profile;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pipeline: filters narrow the candidates, scorers rate them, a picker chooses. Immutable.
 *
 * <pre>{@code
 * Profile profile = Profile.builder("default")
 *         .filter("decode-filter")
 *         .scorer("prefix-cache-scorer", 3)
 *         .scorer("active-request-scorer", 2)
 *         .scorer((request, candidate) -> candidate.endpoint().labels().containsKey("spot") ? 0 : 1)
 *         .build();
 * }</pre>
 *
 * <p>A {@linkplain #costs cost profile} adds up costs instead of weighted scores, and the least wins.
 */
public final class Profile {
    /** What a picker is made of if the profile names none. */
    public static final String DEFAULT_PICKER = "max-score-picker";

    private final String name;
    private final @Nullable CostUnit unit;
    private final List<PluginRef> filters;
    private final List<WeightedRef> scorers;
    private final PluginRef picker;

    private Profile(String name, @Nullable CostUnit unit, Parts parts) {
        this.name = name;
        this.unit = unit;
        filters = List.copyOf(parts.filters);
        scorers = List.copyOf(parts.scorers);
        picker = parts.picker;
    }

    /**
     * Starts a profile that adds weighted scores.
     *
     * @param name names the profile within its scheduler; not blank
     */
    public static Builder builder(String name) {
        return new Builder(requireName(name));
    }

    /**
     * Starts a profile that adds costs.
     *
     * @param name names the profile within its scheduler; not blank
     * @param unit what its costs are in
     */
    public static CostBuilder costs(String name, CostUnit unit) {
        return new CostBuilder(requireName(name), requireNonNull(unit, "unit"));
    }

    private static String requireName(String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("profile name: must not be blank.\nMaybe call it default.");
        }
        return name;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns what costs are in, or null if this profile adds scores. */
    public @Nullable CostUnit unit() {
        return unit;
    }

    /** Returns the filters, in order. */
    public List<PluginRef> filters() {
        return filters;
    }

    /** Returns the scorers and their weights, or the cost scorers with weight 1, in order. */
    public List<WeightedRef> scorers() {
        return scorers;
    }

    /** Returns the picker. */
    public PluginRef picker() {
        return picker;
    }

    @Override
    public String toString() {
        return "Profile[" + name + ", " + filters.size() + " filters, " + scorers.size() + " scorers, " + picker.name()
                + "]";
    }

    /**
     * A scorer and its weight.
     *
     * @param scorer the scorer
     * @param weight finite, at least 0
     */
    public record WeightedRef(PluginRef scorer, double weight) {
        public WeightedRef {
            requireNonNull(scorer, "scorer");
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("scorer " + scorer.name()
                        + ": weight must be a finite number >= 0, but was " + weight
                        + ".\nMaybe the sign is wrong; a scorer that should count against an endpoint inverts its score,"
                        + " not its weight.");
            }
        }
    }

    private static final class Parts {
        final List<PluginRef> filters = new ArrayList<>();
        final List<WeightedRef> scorers = new ArrayList<>();
        PluginRef picker = PluginRef.named(DEFAULT_PICKER);
    }

    /** Collects the plugins of a profile; not thread-safe. */
    public static final class Builder {
        private final String name;
        private final Parts parts = new Parts();

        private Builder(String name) {
            this.name = name;
        }

        /** Adds a filter. */
        public Builder filter(Filter filter) {
            return filter(PluginRef.instance(filter, "filter"));
        }

        /** Adds a filter of the simple form, which may be a lambda. */
        public Builder filter(EndpointFilter filter) {
            return filter((Filter) filter);
        }

        /** Adds the filter that was declared under a name, or one of a type with its defaults. */
        public Builder filter(String nameOrType) {
            return filter(PluginRef.named(nameOrType));
        }

        /** Adds a filter of a type. */
        public Builder filter(String type, Map<String, ?> parameters) {
            return filter(PluginRef.type(type, parameters));
        }

        /** Adds a filter. */
        public Builder filter(PluginRef filter) {
            parts.filters.add(filter);
            return this;
        }

        /** Adds a scorer with weight 1. */
        public Builder scorer(Scorer scorer) {
            return scorer(scorer, 1);
        }

        /** Adds a scorer of the simple form, which may be a lambda, with weight 1. */
        public Builder scorer(EndpointScorer scorer) {
            return scorer(scorer, 1);
        }

        /**
         * Adds a scorer of the simple form, which may be a lambda.
         *
         * @param weight finite, at least 0
         */
        public Builder scorer(EndpointScorer scorer, double weight) {
            return scorer((Scorer) scorer, weight);
        }

        /**
         * Adds a scorer.
         *
         * @param weight finite, at least 0
         */
        public Builder scorer(Scorer scorer, double weight) {
            return scorer(PluginRef.instance(scorer, "scorer"), weight);
        }

        /**
         * Adds the scorer that was declared under a name, or one of a type with its defaults.
         *
         * @param weight finite, at least 0
         */
        public Builder scorer(String nameOrType, double weight) {
            return scorer(PluginRef.named(nameOrType), weight);
        }

        /**
         * Adds a scorer of a type.
         *
         * @param weight finite, at least 0
         */
        public Builder scorer(String type, double weight, Map<String, ?> parameters) {
            return scorer(PluginRef.type(type, parameters), weight);
        }

        /**
         * Adds a scorer.
         *
         * @param weight finite, at least 0
         */
        public Builder scorer(PluginRef scorer, double weight) {
            parts.scorers.add(new WeightedRef(scorer, weight));
            return this;
        }

        /** Sets the picker; without one, the best total wins and ties are drawn. */
        public Builder picker(Picker picker) {
            return picker(PluginRef.instance(picker, "picker"));
        }

        /** Sets the picker that was declared under a name, or one of a type with its defaults. */
        public Builder picker(String nameOrType) {
            return picker(PluginRef.named(nameOrType));
        }

        /** Sets the picker. */
        public Builder picker(PluginRef picker) {
            parts.picker = requireNonNull(picker, "picker");
            return this;
        }

        /** Builds the profile. */
        public Profile build() {
            return new Profile(name, null, parts);
        }
    }

    /** Collects the plugins of a cost profile; not thread-safe. */
    public static final class CostBuilder {
        private final String name;
        private final CostUnit unit;
        private final Parts parts = new Parts();

        private CostBuilder(String name, CostUnit unit) {
            this.name = name;
            this.unit = unit;
        }

        /** Adds a filter. */
        public CostBuilder filter(Filter filter) {
            return filter(PluginRef.instance(filter, "filter"));
        }

        /** Adds a filter of the simple form, which may be a lambda. */
        public CostBuilder filter(EndpointFilter filter) {
            return filter((Filter) filter);
        }

        /** Adds the filter that was declared under a name, or one of a type with its defaults. */
        public CostBuilder filter(String nameOrType) {
            return filter(PluginRef.named(nameOrType));
        }

        /** Adds a filter. */
        public CostBuilder filter(PluginRef filter) {
            parts.filters.add(filter);
            return this;
        }

        /** Adds a cost. */
        public CostBuilder cost(CostScorer scorer) {
            return cost(PluginRef.instance(scorer, "cost"));
        }

        /** Adds the cost scorer that was declared under a name, or one of a type with its defaults. */
        public CostBuilder cost(String nameOrType) {
            return cost(PluginRef.named(nameOrType));
        }

        /** Adds a cost. */
        public CostBuilder cost(PluginRef scorer) {
            parts.scorers.add(new WeightedRef(scorer, 1));
            return this;
        }

        /** Sets the picker; without one, the least total wins and ties are drawn. */
        public CostBuilder picker(Picker picker) {
            return picker(PluginRef.instance(picker, "picker"));
        }

        /** Sets the picker that was declared under a name, or one of a type with its defaults. */
        public CostBuilder picker(String nameOrType) {
            return picker(PluginRef.named(nameOrType));
        }

        /** Sets the picker. */
        public CostBuilder picker(PluginRef picker) {
            parts.picker = requireNonNull(picker, "picker");
            return this;
        }

        /** Builds the profile. */
        public Profile build() {
            return new Profile(name, unit, parts);
        }
    }
}
