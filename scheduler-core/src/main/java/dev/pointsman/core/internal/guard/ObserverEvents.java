// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.guard;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.core.internal.inflight.DispatchEvents;
import dev.pointsman.core.internal.inflight.LoadLedger;
import java.util.function.LongSupplier;

/** Passes on to observers what becomes of dispatches; one that throws is isolated. Thread-safe. */
public record ObserverEvents(LongSupplier clock, LoadLedger ledger, PluginGuard guard) implements DispatchEvents {
    @Override
    public long now() {
        return clock.getAsLong();
    }

    @Override
    public void sent(Dispatch dispatch, long now) {
        guard.tell(observer -> observer.sent(dispatch, now));
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        guard.tell(observer -> observer.firstToken(dispatch, now));
    }

    @Override
    public void tokens(Dispatch dispatch, int count, long now) {
        guard.tell(observer -> observer.tokens(dispatch, count, now));
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        guard.tell(observer -> observer.failedOver(dispatch, from, to, now));
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        guard.tell(observer -> observer.ended(dispatch, ending, usage, now));
    }
}
