// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.core.internal.builtin.Greatest;
import dev.pointsman.core.internal.builtin.Hashing;
import dev.pointsman.core.internal.builtin.Pool;
import java.util.List;
import java.util.Set;

/**
 * Confines long prompts that nobody has cached to a few endpoints, {@code cold-pool-filter}, so that the short ones do not
 * wait behind them everywhere. Length is counted in tokens that are not cached at the best candidate: a long conversation
 * whose prefix lies ready is not long. Short requests may go anywhere, into the pool too.
 *
 * <p>Of n candidates the pool has none if there are fewer than 2, and then nothing is filtered; else {@code workers}, but at
 * most a third of n and at least one (the cold pool of NVIDIA Dynamo's KV router). The members are those whose ids hash least:
 * the same from request to request, and all but one stay when an endpoint comes or goes.
 *
 * <p>Without data on the tokens that a request would add, nothing is filtered. Thread-safe. O(candidates) for short requests,
 * times the logarithm of the pool's size for long ones; allocates nothing.
 */
public final class ColdPoolFilter implements Filter {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                            "workers",
                            ParameterSpec.Type.INTEGER,
                            "10",
                            "Most endpoints in the pool; never more than a third.")
                    .between(1, Integer.MAX_VALUE),
            ParameterSpec.optional(
                            "longTokens",
                            ParameterSpec.Type.INTEGER,
                            "65536",
                            "Uncached tokens from which a prompt is long.")
                    .between(0, Integer.MAX_VALUE),
            ParameterSpec.optional(
                    "prefixMatchInfoProducerName",
                    ParameterSpec.Type.STRING,
                    PrefixMatch.DEFAULT_PRODUCER,
                    "The prefix producer that is run, so that tokens are counted without what is cached."));

    private final long workers;
    private final long longTokens;
    private final Set<DataKey> consumes;
    private final Pool<Greatest> working = new Pool<>(Greatest::new);

    ColdPoolFilter(Parameters parameters) {
        workers = parameters.integer("workers", 10, 1, Integer.MAX_VALUE);
        longTokens = parameters.integer("longTokens", 65_536, 0, Integer.MAX_VALUE);
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        consumes = Set.of(InFlightLoad.REQUEST_TOKENS, PrefixMatch.of(prefix), PrefixMatch.matchedBlocks(prefix));
    }

    @Override
    public Set<DataKey> consumes() {
        return consumes;
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        int size = candidates.size();
        if (size < 2 || !isLong(cycle.column(InFlightLoad.REQUEST_TOKENS), candidates)) {
            return;
        }
        Greatest nearest = working.borrow();
        nearest.start((int) Math.min(workers, Math.max(1, size / 3)));
        for (int i = 0; i < size; i++) {
            nearest.add(-place(candidates, i));
        }
        double last = -nearest.last();
        working.giveBack(nearest);
        for (int i = 0; i < size; i++) {
            if (place(candidates, i) > last) {
                candidates.remove(i);
            }
        }
    }

    private boolean isLong(LongColumn added, Candidates candidates) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (added.has(slot)) {
                least = Math.min(least, added.get(slot));
            }
        }
        return least != Long.MAX_VALUE && least >= longTokens;
    }

    /** Spreads an id's own hash, which text keeps; two ids of the same hash are in the pool or out together. */
    private static double place(Candidates candidates, int position) {
        return Hashing.unit(Hashing.mix(candidates.endpoint(position).id().hashCode()));
    }
}
