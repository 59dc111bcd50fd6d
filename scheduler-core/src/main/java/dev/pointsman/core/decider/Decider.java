// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.plugin.Plugin;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a stage of a request, such as its prefill, runs on an endpoint of its own.
 *
 * <pre>{@code
 * Decider longPrompts = (cycle, decode) -> cycle.request().prompt().tokenCount() > 4096;
 * DisaggProfileHandler handler = DisaggProfileHandler.builder().prefillDecider(longPrompts).build();
 * }</pre>
 *
 * <p>A configuration declares a decider like any plugin, and the parameters of its handler name it. One that is built into a
 * handler in code is asked by that handler alone: what it {@linkplain #consumes consumes} is produced for it, but to hear of the
 * fleet or of dispatches it has to be added to the scheduler as well.
 *
 * <p>A decider must be thread-safe and quick, and gives equal answers to equal questions. If it throws, the request is refused
 * as if its handler had thrown.
 */
@FunctionalInterface
public interface Decider extends Plugin {
    /**
     * Tells whether the stage runs on an endpoint of its own.
     *
     * @param cycle the request being scheduled; {@link ProductionCycle#note} is where to say why
     * @param decode where the request will be decoded, or null if that is chosen later
     */
    boolean separate(ProductionCycle cycle, @Nullable Target decode);
}
