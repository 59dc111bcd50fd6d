// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.assembly;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.SchedulingObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads how many tokens the request has, as often as one is dispatched, and consumes what it is told to. */
class Reader implements SchedulingObserver {
    final List<Long> seen = new ArrayList<>();
    private final Set<DataKey> consumes;

    Reader(Set<DataKey> consumes) {
        this.consumes = consumes;
    }

    @Override
    public Set<DataKey> consumes() {
        return consumes;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        seen.add(cycle.column(InFlightLoad.REQUEST_TOKENS)
                .get(dispatch.decision().primary().target().slot()));
    }
}
