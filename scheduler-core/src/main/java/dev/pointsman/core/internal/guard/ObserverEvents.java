// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.guard;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.core.internal.assembly.Named;
import dev.pointsman.core.internal.inflight.DispatchEvents;
import dev.pointsman.core.internal.inflight.LoadLedger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Passes on to observers what becomes of dispatches; one that throws is isolated. Thread-safe. */
public record ObserverEvents(
        LongSupplier clock, LoadLedger ledger, PluginGuard guard, ImmutableList<Named<ResponseDecorator>> decorators)
        implements DispatchEvents {
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
        guard.tellTokens(dispatch, count, now);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        guard.tell(observer -> observer.failedOver(dispatch, from, to, now));
    }

    @Override
    public Map<String, String> responseHeaders(Dispatch dispatch) {
        if (decorators.isEmpty()) {
            return Map.of();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Named<ResponseDecorator> decorator : decorators) {
            Map<String, String> own = new LinkedHashMap<>();
            try {
                decorator.plugin().decorate(dispatch, own);
            } catch (Throwable thrown) {
                guard.isolate(decorator.name(), thrown);
                continue;
            }
            headers.putAll(own);
        }
        return Collections.unmodifiableMap(headers);
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        guard.tell(observer -> observer.ended(dispatch, ending, usage, now));
    }
}
