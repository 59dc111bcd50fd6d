// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.DataProducer;
import java.util.Set;

/** Says that the n-th candidate holds n mod 65 of 64 blocks, at the cost of writing it down. */
final class GivenMatches implements DataProducer {
    private static final PrefixMatch TOTAL = new PrefixMatch(64, 16);

    @Override
    public Set<DataKey> produces() {
        return Set.of(
                PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        cycle.put(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), TOTAL);
        LongColumn.Writable matched = cycle.fill(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER));
        for (int position = 0; position < candidates.size(); position++) {
            matched.set(candidates.slot(position), position % 65);
        }
    }
}
