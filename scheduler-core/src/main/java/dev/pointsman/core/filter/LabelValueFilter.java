// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Filter;
import java.util.Collection;
import java.util.Set;

/**
 * Keeps the endpoints of which one label has one of some values, and if so told those without the label (llm-d's deprecated
 * {@code by-label}; {@link LabelSelectorFilter} says the same and more, except for the two at once).
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates) label look-ups, allocates nothing.
 */
public final class LabelValueFilter implements Filter {
    private final String label;
    private final Set<String> values;
    private final boolean allowsNoLabel;

    /**
     * Makes a filter.
     *
     * @param label the label's key; not blank
     * @param values what the label may be; at least one, unless endpoints without the label pass
     * @param allowsNoLabel whether endpoints without the label pass
     */
    public LabelValueFilter(String label, Collection<String> values, boolean allowsNoLabel) {
        if (requireNonNull(label, "label").isBlank()) {
            throw new IllegalArgumentException("label: must not be blank.\nMaybe the key and the value were swapped.");
        }
        this.label = label;
        this.values = Set.copyOf(values);
        this.allowsNoLabel = allowsNoLabel;
        if (this.values.isEmpty() && !allowsNoLabel) {
            throw new IllegalArgumentException("validValues: must have a value, or no endpoint passes.\n"
                    + "Maybe endpoints without the label are meant; set allowsNoLabel.");
        }
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            String value = candidates.endpoint(i).labels().get(label);
            if (!(value == null ? allowsNoLabel : values.contains(value))) {
                candidates.remove(i);
            }
        }
    }

    @Override
    public boolean constraint() {
        return true;
    }

    @Override
    public String toString() {
        return "LabelValueFilter[" + label + " of " + values + (allowsNoLabel ? " or none" : "") + "]";
    }
}
