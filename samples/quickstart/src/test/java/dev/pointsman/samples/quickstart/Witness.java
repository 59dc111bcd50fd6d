// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.SchedulingObserver;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Sees what becomes of dispatches. */
final class Witness implements SchedulingObserver {
    static final long DEADLINE_SECONDS = 60;

    final AtomicInteger firstTokens = new AtomicInteger();
    final AtomicInteger furtherTokens = new AtomicInteger();
    private final Set<Dispatch> underWay = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();

    /** How one dispatch ended, and on which endpoint. */
    record End(String endpoint, Ending ending, Usage usage) {}

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        underWay.add(dispatch);
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        firstTokens.incrementAndGet();
    }

    @Override
    public void tokens(Dispatch dispatch, int count, long now) {
        furtherTokens.addAndGet(count);
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        underWay.remove(dispatch);
        ends.add(new End(dispatch.target().id(), ending, usage));
    }

    /** Waits for the next dispatch to end. */
    End nextEnd() throws InterruptedException {
        End end = ends.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("No dispatch ended; under way are " + underWay + ".\nMaybe the proxy leaks.");
        }
        return end;
    }

    Set<Dispatch> underWay() {
        return underWay;
    }
}
