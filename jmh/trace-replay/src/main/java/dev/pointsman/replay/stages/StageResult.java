// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static java.util.Objects.requireNonNull;

import dev.pointsman.replay.stats.QuantileSummary;
import java.util.List;

/**
 * What came of replaying one trace over one fleet with one policy. Immutable; equal replays have equal results.
 *
 * @param policy the policy's name
 * @param fleet the fleet, as {@link StageFleet#parse} reads it
 * @param requests requests in the trace: rejected, too long or completed
 * @param rejected requests that the scheduler refused
 * @param tooLong requests that no memory of the chosen servers could hold; in no other number
 * @param completed requests answered
 * @param remote requests that were read on another server than the one that decoded them
 * @param readAgain those of them that were read a second time where they decode, since servers waited for each other's memory
 * @param ttftMicros arrival to first token, of the completed
 * @param tpotMicros time per further token, of the completed with more than one
 * @param totalMicros arrival to last token, of the completed
 * @param ttftInTime completed requests whose first token came in time
 * @param inTime those of which the further tokens did too
 * @param inputTokens tokens of the completed prompts
 * @param cachedTokens those of them that the server that read the prompt had cached
 * @param outputTokens tokens of the completed answers
 * @param decodeMicros from first to last token, of all completed together
 * @param movedBytes what was sent between servers
 * @param latestArrivalMicros when the last request arrived
 * @param makespanMicros when the last event was
 * @param pools what each pool did
 */
public record StageResult(
        String policy,
        String fleet,
        long requests,
        long rejected,
        long tooLong,
        long completed,
        long remote,
        long readAgain,
        QuantileSummary ttftMicros,
        QuantileSummary tpotMicros,
        QuantileSummary totalMicros,
        long ttftInTime,
        long inTime,
        long inputTokens,
        long cachedTokens,
        long outputTokens,
        long decodeMicros,
        double movedBytes,
        long latestArrivalMicros,
        long makespanMicros,
        List<Pool> pools) {
    /** Copies the pools. */
    public StageResult {
        requireNonNull(policy, "policy");
        requireNonNull(fleet, "fleet");
        pools = List.copyOf(pools);
    }

    /**
     * Servers of one kind.
     *
     * @param name of the pool
     * @param servers in it
     * @param utilization share of the time that they were busy, on average
     * @param peakKv most of a server's memory that sequences ever held, of the fullest
     * @param readTokens tokens of prompts that they read
     */
    public record Pool(String name, int servers, double utilization, double peakKv, long readTokens) {}

    /** Returns the mean time to the first token in seconds; 0 if nothing was completed. */
    public double meanTtftSeconds() {
        return ttftMicros.mean() / 1e6;
    }

    /** Returns the mean time per further token in seconds; 0 if nothing was completed. */
    public double meanTpotSeconds() {
        return tpotMicros.mean() / 1e6;
    }

    /** Returns the mean time between two tokens in seconds, over all tokens, so that long answers count for more. */
    public double meanItlSeconds() {
        return outputTokens == completed ? 0 : decodeMicros / 1e6 / (outputTokens - completed);
    }

    /** Returns the share of the requests that were placed whose prompt was read elsewhere. */
    public double remoteShare() {
        return share(remote, requests - rejected - tooLong);
    }

    /** Returns the share of the requests whose first token came in time; those refused did not. */
    public double ttftAttainment() {
        return share(ttftInTime, requests);
    }

    /** Returns the share of the requests that kept both targets; those refused did not. */
    public double attainment() {
        return share(inTime, requests);
    }

    /** Returns the requests per second that kept both targets. */
    public double goodput() {
        return makespanMicros == 0 ? 0 : inTime * 1e6 / makespanMicros;
    }

    /** Returns the share of prompt tokens that were cached where they were read. */
    public double hitShare() {
        return share(cachedTokens, inputTokens);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
