// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How llm-d's workload variant autoscaler picks what to add and to remove: by price for capacity, one variant at a time. Whole
 * replicas make that dearer than need be. Thread-safe, no state.
 *
 * <p>Source: llm-d/llm-d-workload-variant-autoscaler, {@code internal/engines/pipeline/cost_aware_optimizer_test.go}; chips are
 * taken to be without end there.
 */
public final class GreedyVariants {
    private GreedyVariants() {}

    /**
     * A kind of replica.
     *
     * @param name to tell it from others
     * @param cost of one replica; at least 0
     * @param capacity of one replica; above 0
     * @param replicas how many there are
     */
    public record Variant(String name, double cost, double capacity, int replicas) {
        /** Checks the numbers. */
        public Variant {
            Checks.notNegative(name + ".cost", cost);
            Checks.positive(name + ".capacity", capacity);
            Checks.notNegative(name + ".replicas", replicas);
        }

        Variant with(int count) {
            return new Variant(name, cost, capacity, count);
        }
    }

    /** Adds capacity: all of it of the variant that is cheapest for its capacity, the first of equals. */
    public static List<Variant> up(List<Variant> variants, double required) {
        return up(variants, required, Integer.MAX_VALUE);
    }

    /** Adds capacity, the cheapest for its capacity first, with at most so many new replicas of each. */
    public static List<Variant> up(List<Variant> variants, double required, int most) {
        List<Variant> result = new ArrayList<>(variants);
        double left = required;
        List<Variant> order = new ArrayList<>(variants);
        order.sort(Comparator.comparingDouble(one -> one.cost() / one.capacity()));
        for (Variant one : order) {
            if (left > 0) {
                int added = Math.min(most, Checks.ceiling(left / one.capacity()));
                result.set(variants.indexOf(one), one.with(one.replicas() + added));
                left -= added * one.capacity();
            }
        }
        return result;
    }

    /** Gives capacity back: whole replicas of the dearest variant first, as many as the spare capacity has, but for the fewest. */
    public static List<Variant> down(List<Variant> variants, double spare, int fewest) {
        List<Variant> result = new ArrayList<>(variants);
        double left = spare;
        List<Variant> order = new ArrayList<>(variants);
        order.sort(Comparator.comparingDouble(one -> -one.cost()));
        for (Variant one : order) {
            int removed = Math.min(Math.max(0, one.replicas() - fewest), Checks.floor(left / one.capacity()));
            if (removed > 0) {
                result.set(variants.indexOf(one), one.with(one.replicas() - removed));
                left -= removed * one.capacity();
            }
        }
        return result;
    }

    /** Returns what replicas cost. */
    public static double cost(List<Variant> variants) {
        return variants.stream().mapToDouble(one -> one.cost() * one.replicas()).sum();
    }
}
