// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Screener;

/**
 * A scheduler's plugins, found, checked and ordered: what is settled once so that no request has to.
 *
 * @param keys every key that is produced, those of the engine's own columns included
 * @param screeners in the host's order
 * @param producers each after those whose data it reads
 * @param asyncProducers those whose data {@code schedule} goes without
 * @param admissions in the host's order
 * @param handler says which profiles run
 * @param handlerWrites what it may write, by key number
 * @param profiles in the host's order
 * @param profileNames their names
 * @param observers told of everything
 * @param requestDecorators add headers to requests
 * @param decorators add headers to responses
 * @param fleetListeners told who joins and leaves
 * @param maintained driven by the host as time passes
 * @param loadReadOutsideProfiles whether a plugin outside the profiles reads load in flight
 */
@SuppressWarnings("ArrayRecordComponent") // Read on the hot path, and never changed.
public record Blueprint(
        KeySpace keys,
        ImmutableList<Named<Screener>> screeners,
        ImmutableList<Production> producers,
        ImmutableList<Named<AsyncDataProducer>> asyncProducers,
        ImmutableList<Named<Admission>> admissions,
        Named<ProfileHandler> handler,
        boolean[] handlerWrites,
        ImmutableList<CompiledProfile> profiles,
        ImmutableList<String> profileNames,
        ImmutableList<Named<SchedulingObserver>> observers,
        ImmutableList<Named<RequestDecorator>> requestDecorators,
        ImmutableList<Named<ResponseDecorator>> decorators,
        ImmutableList<Named<FleetListener>> fleetListeners,
        ImmutableList<Named<Maintained>> maintained,
        boolean loadReadOutsideProfiles) {
    /**
     * A producer and what it may write.
     *
     * @param writes by key number
     */
    @SuppressWarnings("ArrayRecordComponent") // Read on the hot path, and never changed.
    public record Production(Named<DataProducer> producer, boolean[] writes) {}
}
