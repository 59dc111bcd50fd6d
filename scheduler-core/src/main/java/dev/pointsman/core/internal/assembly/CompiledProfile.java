// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.CostUnit;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Scorer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A profile with its plugins found and its data known.
 *
 * @param name as the host named it
 * @param filters in order
 * @param scorers in order; empty in a cost profile
 * @param costs in order; empty in a score profile
 * @param unit what costs are in, or null in a score profile
 * @param picker chooses
 * @param readsLoad whether a plugin of it reads load in flight, so that it must be read before each run
 * @param guarded whether two decisions made at once on the same load would herd, so that one of them must be made again
 */
public record CompiledProfile(
        String name,
        ImmutableList<Named<Filter>> filters,
        ImmutableList<Weighted> scorers,
        ImmutableList<Named<CostScorer>> costs,
        @Nullable CostUnit unit,
        Named<Picker> picker,
        boolean readsLoad,
        boolean guarded) {
    /**
     * A scorer as one profile uses it.
     *
     * @param weight at least 0
     * @param signals what its scores come from and fade with; empty if they do not fade
     */
    public record Weighted(Named<Scorer> scorer, double weight, ImmutableList<Signal> signals) {}

    /** Returns what totals are in, for explanations. */
    public String unitName() {
        return unit == null ? "score" : unit.name().toLowerCase(Locale.ROOT);
    }
}
