// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.stats.QuantileSummary;
import java.util.List;

/**
 * What the queues of a replay did. Immutable.
 *
 * @param ttftMicros times from arrival to first token over all requests served, in microseconds (each rounded down)
 * @param busyMicrosPerEndpoint how long each server worked, in microseconds (rounded down)
 * @param makespanMicros from the first arrival to the end of the last service, in microseconds (rounded down)
 */
public record QueueCounts(QuantileSummary ttftMicros, List<Long> busyMicrosPerEndpoint, long makespanMicros) {
    public QueueCounts {
        requireNonNull(ttftMicros, "ttftMicros");
        busyMicrosPerEndpoint = List.copyOf(busyMicrosPerEndpoint);
    }
}
