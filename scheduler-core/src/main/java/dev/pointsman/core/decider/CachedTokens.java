// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import java.util.Set;

/**
 * How many tokens of a prompt an endpoint has cached, by the word of one prefix producer: whole blocks from the start, each
 * counted in full in whatever memory it lies.
 *
 * @param match the key of what was looked up
 * @param blocks the key of the blocks found on each endpoint
 */
record CachedTokens(AttributeKey<PrefixMatch> match, LongColumnKey blocks) {
    /** Nothing is known of that endpoint. */
    static final long UNKNOWN = -1;

    static CachedTokens by(String producer) {
        return new CachedTokens(PrefixMatch.of(producer), PrefixMatch.matchedBlocks(producer));
    }

    /** Returns the producer asked. */
    String producer() {
        return blocks.producer();
    }

    Set<DataKey> keys() {
        return Set.of(match, blocks);
    }

    /** Returns the tokens cached, or {@link #UNKNOWN}. May be more than the prompt has, if its last block is a partial one. */
    long on(SchedulingCycle cycle, Target target) {
        PrefixMatch asked = cycle.attribute(match);
        long found = cycle.column(blocks).get(target.slot());
        return asked == null || found == LongColumn.MISSING ? UNKNOWN : found * asked.blockSize();
    }
}
