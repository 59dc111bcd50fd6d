// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.filter.LabelSelectorFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every request on one revision of a disaggregated deployment while a new one is rolled out, since prefill and decode of
 * different revisions may not understand each other's KV cache (llm-d's {@code disaggregatedset-rollout-screener}).
 *
 * <ul>
 *   <li>A request with the header of a strict selector runs only where the label is equal. If that label is the revision's, the
 *       revision must also be complete.
 *   <li>Any other request gets one of the complete revisions, drawn by {@linkplain RevisionGating weight} for the purpose of this
 *       plugin's name, so that the same request gets the same one while the fleet stays as it is.
 *   <li>The response gets each selector's header with the label of the endpoint that answers, for later phases to follow.
 * </ul>
 *
 * <p>If nothing fits nobody is left, and the request is refused with 503; another revision is never taken instead. An endpoint
 * without a revision belongs to none.
 *
 * <p>Departures from llm-d: endpoints of the fleet are counted, and so each data-parallel rank, where llm-d counts ready pods; what
 * it counts is known at once, with no time after a start in which everything is refused; a revision that strict selectors of other
 * labels leave without any endpoint is not drawn; the mode {@link RevisionGating.Mode#CAPACITY} is ours.
 *
 * <p>Thread-safe. O(candidates) label look-ups; counting the fleet again is O(endpoints) and is done once for each snapshot, of
 * which it keeps the last.
 */
public final class RolloutScreener implements Screener, ResponseDecorator {
    private final String name;
    private final LabelSelectorFilter scope;
    private final List<HeaderSelector> selectors;
    private final RevisionGating gating;

    private volatile @Nullable Counted last;

    /** What one snapshot comes to. */
    private record Counted(FleetSnapshot fleet, SortedMap<String, Double> weights) {}

    /**
     * Makes a screener.
     *
     * @param name what it is called, and what its draws are for
     * @param scope which endpoints count for a revision's weight and completeness
     * @param selectors headers that carry labels from phase to phase
     * @param gating how requests are shared out among revisions
     */
    public RolloutScreener(
            String name, LabelSelectorFilter scope, List<HeaderSelector> selectors, RevisionGating gating) {
        this.name = requireNonNull(name, "name");
        this.scope = requireNonNull(scope, "scope");
        this.selectors = List.copyOf(selectors);
        this.gating = requireNonNull(gating, "gating");
    }

    @Override
    public void screen(SchedulingCycle cycle, CandidateSet candidates) {
        String wanted = null;
        boolean narrowed = false;
        for (int i = 0; i < selectors.size(); i++) {
            HeaderSelector selector = selectors.get(i);
            String value = selector.strict() ? cycle.request().headers().first(selector.headerName()) : null;
            if (value == null || value.isBlank()) {
                continue;
            }
            keep(candidates, selector.labelKey(), value);
            narrowed = true;
            if (selector.labelKey().equals(gating.revisionLabel())) {
                wanted = value;
            }
        }
        if (gating.mode() == RevisionGating.Mode.DISABLED) {
            return;
        }
        SortedMap<String, Double> weights = weights(cycle.fleet());
        String revision = wanted != null
                ? (weights.getOrDefault(wanted, 0.0) > 0 ? wanted : null)
                : drawn(weights, cycle.draw().forPurpose(name), narrowed ? revisions(candidates) : weights.keySet());
        keep(candidates, gating.revisionLabel(), revision);
    }

    private static void keep(CandidateSet candidates, String label, @Nullable String value) {
        for (int i = 0; i < candidates.size(); i++) {
            if (value == null || !value.equals(candidates.endpoint(i).labels().get(label))) {
                candidates.remove(i);
            }
        }
    }

    private Set<String> revisions(CandidateSet candidates) {
        Set<String> revisions = new HashSet<>();
        for (int i = 0; i < candidates.size(); i++) {
            String revision = candidates.endpoint(i).labels().get(gating.revisionLabel());
            if (revision != null && !candidates.removed(i)) {
                revisions.add(revision);
            }
        }
        return revisions;
    }

    private static @Nullable String drawn(SortedMap<String, Double> weights, Draw draw, Set<String> open) {
        double total = 0;
        for (Map.Entry<String, Double> entry : weights.entrySet()) {
            total += open.contains(entry.getKey()) ? entry.getValue() : 0;
        }
        double left = draw.unit(0) * total;
        String drawn = null;
        for (Map.Entry<String, Double> entry : weights.entrySet()) {
            if (entry.getValue() > 0 && open.contains(entry.getKey())) {
                drawn = entry.getKey();
                left -= entry.getValue();
                if (left < 0) {
                    return drawn;
                }
            }
        }
        return drawn; // The last one, if rounding left a little; null if there is none.
    }

    /** Returns the share of requests that each revision of a fleet gets, 0 to 1, in order of their names. */
    public Map<String, Double> shares(FleetSnapshot fleet) {
        SortedMap<String, Double> shares = new TreeMap<>(weights(fleet));
        double total = shares.values().stream().mapToDouble(Double::doubleValue).sum();
        shares.replaceAll((revision, weight) -> total > 0 ? weight / total : 0);
        return shares;
    }

    @SuppressWarnings("ReferenceEquality") // A snapshot is its own version; to compare endpoints would cost too much.
    private SortedMap<String, Double> weights(FleetSnapshot fleet) {
        Counted known = last;
        if (known == null || known.fleet != fleet) {
            known = new Counted(fleet, gating.weights(fleet, scope));
            last = known;
        }
        return known.weights;
    }

    @Override
    public void decorate(Dispatch dispatch, Map<String, String> headers) {
        Map<String, String> labels = dispatch.target().labels();
        for (HeaderSelector selector : selectors) {
            String value = labels.get(selector.labelKey());
            if (value != null && !value.isEmpty()) {
                headers.put(selector.headerName(), value);
            }
        }
    }
}
