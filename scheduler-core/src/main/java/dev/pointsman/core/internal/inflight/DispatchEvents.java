// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import java.util.Map;

/** Where dispatches tell what becomes of them: the engine, which passes it on to observers. Must not throw. */
public interface DispatchEvents {
    /** Returns the time in nanoseconds of the scheduler's clock. */
    long now();

    /** Returns the load cells. */
    LoadLedger ledger();

    /** The request was sent. */
    void sent(Dispatch dispatch, long now);

    /** The first token came. */
    void firstToken(Dispatch dispatch, long now);

    /** Further tokens came. */
    void tokens(Dispatch dispatch, int count, long now);

    /** It moved to a fallback. */
    void failedOver(Dispatch dispatch, Target from, Target to, long now);

    /** Returns the headers to add to the response. */
    Map<String, String> responseHeaders(Dispatch dispatch);

    /** It ended. */
    void ended(Dispatch dispatch, Ending ending, Usage usage, long now);
}
