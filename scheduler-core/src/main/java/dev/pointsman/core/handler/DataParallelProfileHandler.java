// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;

/**
 * Runs the scheduler's only profile over data-parallel ranks that are reached through one port of their host (llm-d's {@code
 * data-parallel-profile-handler}, deprecated there). The choice and its fallbacks are to be reached at the primary port; {@code
 * x-data-parallel-host-port} says at which address the chosen rank itself listens, so that a sidecar can pass the request on.
 *
 * <p>llm-d takes a primary port of 0 and then sends everything to port 0; here 0 leaves the ports as they are.
 *
 * <p>Immutable and thread-safe. O(targets), allocates a copy of each.
 */
public final class DataParallelProfileHandler implements ProfileHandler {
    /** The primary port unless told otherwise. */
    public static final int DEFAULT_PRIMARY_PORT = 8000;

    private final SingleProfileHandler single = new SingleProfileHandler();
    private final int primaryPort;

    /** Has everything reached at port {@value #DEFAULT_PRIMARY_PORT}. */
    public DataParallelProfileHandler() {
        this(DEFAULT_PRIMARY_PORT);
    }

    /**
     * Has everything reached at one port.
     *
     * @param primaryPort 1 to 65535, or 0 to leave the ports as they are
     * @throws IllegalArgumentException if it is out of its range
     */
    public DataParallelProfileHandler(int primaryPort) {
        if (primaryPort < 0 || primaryPort > 65_535) {
            throw new IllegalArgumentException("primaryPort: must be 0 to 65535, but was " + primaryPort
                    + ".\nMaybe leave it out; " + DEFAULT_PRIMARY_PORT + " is used then.");
        }
        this.primaryPort = primaryPort;
    }

    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        return results.declared().size() == 1 ? single.next(cycle, results) : List.of();
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        Leg leg = SingleProfileHandler.foldOnly(results, draft);
        if (leg != null) {
            draft.header(LegHeaders.DATA_PARALLEL, leg.target().endpoint().address());
            if (primaryPort > 0) {
                draft.port(primaryPort);
            }
        }
    }

    @Override
    public void validate(List<String> profiles) {
        single.validate(profiles);
    }

    @Override
    public String toString() {
        return "DataParallelProfileHandler[" + primaryPort + "]";
    }
}
