// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

/**
 * What a fixed policy may know of the simulated fleet when it places a request: the truth, without delay. Endpoints are
 * numbered from 0. Valid during {@link ReplayPolicy#choose} only.
 */
public interface FleetView {
    /** Returns how many endpoints there are. */
    int size();

    /** Returns how many leading blocks of the request the endpoint's cache has. O(blocks), once for each endpoint. */
    int hitBlocks(int endpoint);

    /** Returns how many tokens of the request the endpoint's cache lacks. O(blocks), once for each endpoint. */
    long uncachedTokens(int endpoint);

    /** Returns the input tokens of all requests placed on the endpoint so far. */
    long placedInputTokens(int endpoint);

    /** Returns the input tokens of all requests placed on the endpoint so far that its cache lacked. */
    long placedUncachedTokens(int endpoint);

    /** Returns how long the endpoint's server will be busy with earlier requests, in nanoseconds; 0 without time. */
    long workNanos(int endpoint);

    /** Returns how long the endpoint's server would take for the request itself, in nanoseconds; 0 without time. */
    long serviceNanos(int endpoint);
}
