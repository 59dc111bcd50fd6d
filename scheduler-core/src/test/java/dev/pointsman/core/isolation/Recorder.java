// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.isolation;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.SchedulingObserver;
import java.util.ArrayList;
import java.util.List;

/** Writes down every event that observers hear of. */
final class Recorder implements SchedulingObserver {
    final List<String> events = new ArrayList<>();

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        events.add("dispatched");
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        events.add("rejected " + rejection.reason());
    }

    @Override
    public void sent(Dispatch dispatch, long now) {
        events.add("sent");
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        events.add("firstToken");
    }

    @Override
    public void tokens(Dispatch dispatch, int count, long now) {
        events.add("tokens " + count);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        events.add("failedOver");
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        events.add("ended " + ending);
    }

    @Override
    public void pluginFailed(String plugin, Throwable failure) {
        events.add("pluginFailed " + plugin);
    }

    @Override
    public void scoresAdjusted(String scorer, int clamped, int missing) {
        events.add("scoresAdjusted " + scorer + " " + clamped + " " + missing);
    }
}
