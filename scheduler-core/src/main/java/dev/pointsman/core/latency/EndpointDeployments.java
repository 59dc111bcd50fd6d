// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.fleet.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Says what an endpoint is: which model on which chips, served by which engine. Asked once in an endpoint's life. Must be
 * thread-safe.
 *
 * <pre>{@code
 * EndpointDeployments deployments = endpoint -> Deployment.of(model, chip).tensorParallel(8).build();
 * }</pre>
 */
@FunctionalInterface
public interface EndpointDeployments {
    /**
     * Returns an endpoint's deployment, or null if it is not known; then nothing is predicted there.
     *
     * @throws IllegalArgumentException if what is known is wrong; explanations show the first line of the message
     */
    @Nullable
    Deployment of(Endpoint endpoint);

    /**
     * Returns what a chip of an endpoint costs, in US dollars an hour, or NaN if it is not known: unless overridden, the default
     * price of the chip's catalog entry.
     *
     * @param endpoint the endpoint
     * @param deployment what {@link #of} says it is
     */
    default double usdPerChipHour(Endpoint endpoint, Deployment deployment) {
        return deployment.accelerator().price().map(price -> price.usdPerHour()).orElse(Double.NaN);
    }
}
