// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.List;
import java.util.Set;

/** Plugins that misbehave, and short ways to write more of them. */
final class Plugins {
    static final PluginRef BROKEN_FILTER = PluginRef.instance("broken", filter(false));
    static final PluginRef BROKEN_CONSTRAINT = PluginRef.instance("broken", filter(true));
    static final PluginRef BROKEN_SCORER = PluginRef.instance("broken", (EndpointScorer) (request, candidate) -> {
        throw new IllegalStateException("scorer");
    });

    /** What the producer named halfway says of a request. */
    static final AttributeKey<String> WORD = new AttributeKey<>("word", "halfway", String.class);

    private Plugins() {}

    /** Makes a profile p that likes one endpoint and is indifferent to the others. */
    static Profile.Builder preferring(String id) {
        return Profile.builder("p")
                .scorer((request, candidate) -> candidate.endpoint().id().equals(id) ? 1 : 0);
    }

    /** Makes a filter that removes one candidate and then fails. */
    static Filter filter(boolean constraint) {
        return new Filter() {
            @Override
            public void filter(SchedulingCycle cycle, CandidateSet candidates) {
                candidates.remove(candidates.size() - 1);
                throw new IllegalStateException("filter");
            }

            @Override
            public boolean constraint() {
                return constraint;
            }
        };
    }

    /** Makes a picker of a lambda. */
    static Picker picker(Picking picking) {
        return new Picker() {
            @Override
            public int pick(Candidates candidates, double[] totals, Draw draw, int[] picks) {
                return picking.pick(candidates, picks);
            }
        };
    }

    /** Makes a producer of a lambda. */
    static DataProducer producer(Set<DataKey> keys, Producing producing) {
        return new DataProducer() {
            @Override
            public Set<DataKey> produces() {
                return keys;
            }

            @Override
            public void produce(ProductionCycle cycle, Candidates candidates) {
                producing.produce(cycle);
            }
        };
    }

    /** Makes a profile handler of two lambdas. */
    static ProfileHandler handler(Next next, Fold fold) {
        return new ProfileHandler() {
            @Override
            public List<String> next(ProductionCycle cycle, ProfileResults results) {
                return next.next(results);
            }

            @Override
            public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
                fold.fold(results, draft);
            }
        };
    }

    /** Runs profile p, once: a handler's sound first half. */
    static List<String> once(ProfileResults results) {
        return results.results().isEmpty() ? List.of("p") : List.of();
    }

    interface Picking {
        int pick(Candidates candidates, int[] picks);
    }

    interface Producing {
        void produce(ProductionCycle cycle);
    }

    interface Next {
        List<String> next(ProfileResults results);
    }

    interface Fold {
        void fold(ProfileResults results, DecisionDraft draft);
    }
}
