// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

/**
 * What is known of a request when it is dispatched.
 *
 * @param newTokens tokens of its prompt that its endpoint has to read, at least 0
 * @param cachedTokens those that the endpoint has cached, at least 0
 * @param countedOutput tokens of output that the scheduler counts as work in flight, at least 0
 * @param tpotTarget time per output token to keep in nanoseconds, 0 for none
 * @param workAhead tokens of other prompts that the endpoint still had to read, at least 0
 * @param singleLeg whether one endpoint does all of it
 * @param foreignLoad whether the engine runs many requests that this scheduler did not send it
 * @param kvUsage the used share of the endpoint's KV cache, or NaN
 */
public record FlightPlan(
        long newTokens,
        long cachedTokens,
        long countedOutput,
        long tpotTarget,
        long workAhead,
        boolean singleLeg,
        boolean foreignLoad,
        double kvUsage) {}
