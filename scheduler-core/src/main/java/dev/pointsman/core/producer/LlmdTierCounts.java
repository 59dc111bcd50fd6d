// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.kvcache.PrefixIndex;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;

/**
 * Counts matched blocks by tier as llm-d does: in each tier that a block is in, where ours counts it in the fastest, and what is only
 * guessed as a tier of its own. Asks the index up to three times more a request. What it knows of blocks in both memories, and of
 * guesses, ends at the first block that is missing there. Thread-safe, as long as each call has a lookup of its own.
 */
final class LlmdTierCounts {
    private final TieredPrefixIndex told;
    private final PrefixIndex guesses;
    private final boolean guessing;
    private final LongColumnKey speculativeKey;

    /**
     * Makes a counter.
     *
     * @param index what is asked for matches
     * @param guesses what it knows besides what engines told; empty for an index that does not speculate
     * @param name the producer's name
     */
    LlmdTierCounts(TieredPrefixIndex index, PrefixIndex guesses, String name) {
        this.guessing = index instanceof SpeculativePrefixIndex;
        this.told = index instanceof SpeculativePrefixIndex speculative ? speculative.told() : index;
        this.guesses = guesses;
        this.speculativeKey = PrecisePrefixProducer.speculativeBlocks(name);
    }

    LongColumnKey speculativeKey() {
        return speculativeKey;
    }

    /** Makes llm-d's counts of ours, of one tier. */
    void correct(
            ProductionCycle cycle, Candidates candidates, PrefixLookup lookup, Tier tier, LongColumn.Writable column) {
        if (tier == Tier.HOST) {
            countDoubles(candidates, lookup, column);
        } else if (tier == Tier.ACCELERATOR) {
            countGuesses(cycle, candidates, lookup, column);
        }
    }

    private void countDoubles(Candidates candidates, PrefixLookup lookup, LongColumn.Writable host) {
        PrefixMatches inHost = lookup.more();
        told.match(lookup.hashes(), lookup.count(), Tier.HOST, inHost);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            host.set(slot, Math.max(host.get(slot), inHost.blocks(slot)));
        }
    }

    private void countGuesses(
            ProductionCycle cycle, Candidates candidates, PrefixLookup lookup, LongColumn.Writable accelerator) {
        LongColumn.Writable speculative = cycle.fill(speculativeKey);
        PrefixMatches matches = lookup.more();
        guesses.match(lookup.hashes(), lookup.count(), matches);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            speculative.set(slot, matches.blocks(slot));
        }
        if (!guessing || matches.size() == 0) {
            return;
        }
        told.match(lookup.hashes(), lookup.count(), matches);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            accelerator.set(slot, matches.blocks(slot, Tier.ACCELERATOR));
        }
    }
}
