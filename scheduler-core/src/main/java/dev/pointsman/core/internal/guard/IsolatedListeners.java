// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.guard;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.core.internal.assembly.Named;
import dev.pointsman.core.internal.inflight.LoadLedger;

/**
 * A scheduler's one ear at the fleet: passes on who joins and leaves to the load ledger, and then to the plugins that listen,
 * each of which is isolated like any plugin. Thread-safe.
 */
public record IsolatedListeners(LoadLedger ledger, ImmutableList<Named<FleetListener>> plugins, PluginGuard guard)
        implements FleetListener {
    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        ledger.joined(slot, incarnation, endpoint);
        for (Named<FleetListener> listener : plugins) {
            try {
                listener.plugin().joined(slot, incarnation, endpoint);
            } catch (Throwable thrown) {
                guard.isolate(listener.name(), thrown);
            }
        }
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        ledger.left(slot, incarnation, endpoint);
        for (Named<FleetListener> listener : plugins) {
            try {
                listener.plugin().left(slot, incarnation, endpoint);
            } catch (Throwable thrown) {
                guard.isolate(listener.name(), thrown);
            }
        }
    }
}
