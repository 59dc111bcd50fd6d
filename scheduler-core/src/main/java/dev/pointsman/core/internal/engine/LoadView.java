// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.internal.assembly.KeySpace;
import dev.pointsman.core.internal.inflight.LoadCell;
import dev.pointsman.core.internal.inflight.LoadLedger;
import org.jspecify.annotations.Nullable;

/** Load in flight as decisions see it: what is there now, and what a request would add. Thread-safe. */
final class LoadView {
    private static final long MOST_TOKENS = 1L << 40;

    private final LoadLedger ledger;
    private final int requestsKey;
    private final int tokensKey;

    LoadView(LoadLedger ledger, KeySpace keys) {
        this.ledger = ledger;
        requestsKey = keys.number(InFlightLoad.REQUESTS);
        tokensKey = keys.number(InFlightLoad.TOKENS);
    }

    /** Returns the cell of one life of an endpoint, or null if that life is over. */
    @Nullable
    LoadCell cell(int slot, long incarnation) {
        return ledger.cell(slot, incarnation);
    }

    /**
     * Reads load in flight into the columns that plugins read.
     *
     * @param versions where the versions go by slot, to reserve on later, or null
     */
    void read(Cycle cycle, CandidateList candidates, long @Nullable [] versions) {
        FleetSnapshot snapshot = cycle.fleet();
        LongValues requests = cycle.fillLongs(requestsKey);
        LongValues tokens = cycle.fillLongs(tokensKey);
        for (int position = 0; position < candidates.size(); position++) {
            int slot = candidates.slot(position);
            LoadCell cell = ledger.cell(slot, snapshot.incarnation(slot));
            if (cell == null) {
                requests.set(slot, 0);
                tokens.set(slot, 0);
                continue;
            }
            // The version first: load read after it can only be newer, and then the reservation fails.
            long version = cell.version();
            if (versions != null) {
                versions[slot] = version;
            }
            requests.set(slot, cell.requests());
            tokens.set(slot, cell.tokens());
        }
    }

    /** Returns the tokens that a request's prompt puts on a slot: what it cannot reuse there, if a producer said. */
    long promptTokens(Cycle cycle, int slot, long outputTokens) {
        long said = cycle.column(InFlightLoad.REQUEST_TOKENS).get(slot);
        return bounded(said == LongColumn.MISSING ? cycle.promptTokens() : said - outputTokens);
    }

    /** Returns the tokens of output that a request is expected to add, 0 if no producer said. */
    long outputTokens(Cycle cycle) {
        Long said = cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS);
        return said == null ? 0 : bounded(said);
    }

    /** Keeps what producers and hosts say from overflowing the sums of a fleet's life. */
    private static long bounded(long tokens) {
        return Math.max(0, Math.min(tokens, MOST_TOKENS));
    }
}
