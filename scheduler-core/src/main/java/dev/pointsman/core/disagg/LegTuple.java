// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Endpoint;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One way to serve a request, and what it is predicted to take; all times in nanoseconds. Immutable.
 *
 * @param encode where images and the like are encoded, or null if whoever reads the prompt does it
 * @param prefill where the prompt is read, or null if the decode endpoint reads it
 * @param decode where the answer is made
 * @param source where the reader gets the KV of a part of the prompt that it does not have
 * @param peer the endpoint that the KV is pulled from, or null if it is not pulled
 * @param encodeNanos waiting for and working at the encoder
 * @param waitNanos waiting behind other prompts where the prompt is read
 * @param fetchNanos loading or pulling KV to there
 * @param readNanos reading what is left of the prompt there
 * @param transferNanos moving KV from there to the decode endpoint; 0 if local
 * @param admissionNanos waiting for the decode endpoint to have room, and, if the prompt is read elsewhere, for its step with the
 *     first token
 * @param interferenceNanos what all requests running along lose together over the expected output, and this one against the fastest
 *     decode endpoint
 * @param backlogNanos what other requests are delayed by: the reader's work, for each that waits there or will meanwhile
 * @param displacedNanos what it will take to read again what this request's KV pushes out of the decode endpoint, and delay by it
 * @param scoreNanos the weighted sum that is least for the best tuple; first tokens weigh more in it while targets are missed
 */
public record LegTuple(
        @Nullable Endpoint encode,
        @Nullable Endpoint prefill,
        Endpoint decode,
        KvSource source,
        @Nullable Endpoint peer,
        double encodeNanos,
        double waitNanos,
        double fetchNanos,
        double readNanos,
        double transferNanos,
        double admissionNanos,
        double interferenceNanos,
        double backlogNanos,
        double displacedNanos,
        double scoreNanos) {
    /** Where KV comes from that the reader of the prompt does not have on its accelerator. */
    public enum KvSource {
        /** It is computed. */
        RECOMPUTE,
        /** It is loaded from a lower tier of the reader's own memory. */
        LOWER_TIER,
        /** It is pulled from another endpoint of the same role. */
        PEER_PULL
    }

    /** Checks that what must be there is. */
    public LegTuple {
        requireNonNull(decode, "decode");
        requireNonNull(source, "source");
    }

    /** Tells whether the prompt is read elsewhere than where the answer is made. */
    public boolean remote() {
        return prefill != null;
    }

    /** Returns the predicted time to first token. */
    public double ttftNanos() {
        return encodeNanos + waitNanos + fetchNanos + readNanos + transferNanos + admissionNanos;
    }

    /** Returns who does what, such as {@code p1->d2} or {@code local d2}. */
    public String path() {
        String path = prefill == null ? "local " + decode.id() : prefill.id() + "->" + decode.id();
        return encode == null ? path : encode.id() + "->" + path;
    }

    /** Returns the path and all terms, for people. */
    @Override
    public String toString() {
        String from = switch (source) {
            case RECOMPUTE -> "";
            case LOWER_TIER -> ", KV from a lower tier";
            case PEER_PULL -> ", KV from " + (peer == null ? "a peer" : peer.id());
        };
        return path()
                + from
                + String.format(
                        Locale.ROOT,
                        ": ttft %.1f ms (encode %.1f, wait %.1f, fetch %.1f, read %.1f, transfer %.1f, admission %.1f),"
                                + " interference %.1f ms, backlog %.1f ms, displaced %.1f ms, score %.1f ms",
                        millis(ttftNanos()),
                        millis(encodeNanos),
                        millis(waitNanos),
                        millis(fetchNanos),
                        millis(readNanos),
                        millis(transferNanos),
                        millis(admissionNanos),
                        millis(interferenceNanos),
                        millis(backlogNanos),
                        millis(displacedNanos),
                        millis(scoreNanos));
    }

    static double millis(double nanos) {
        return nanos / 1e6;
    }
}
