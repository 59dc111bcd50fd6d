// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.decision;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A decision under way and the load it reserved: the handle through which a host reports progress and the end.
 *
 * <p>Every dispatch ends exactly once: the first of {@link #completed}, {@link #failed}, {@link #cancelled}, {@link
 * #close} or the end of its lease wins and releases all that it reserved; whatever comes later changes nothing.
 * Progress reported after the end is ignored. Use it in a try-with-resources block and a forgotten path cannot leak load:
 *
 * <pre>{@code
 * try (dispatch) {
 *     Response response = send(dispatch.target(), request);
 *     dispatch.completed(response.usage());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any method may be called from any thread, also concurrently. Nothing blocks for longer than another
 * call of the same dispatch takes.
 */
public non-sealed interface Dispatch extends SchedulingOutcome, AutoCloseable {
    /** What {@link #firstTokenAt} and {@link #lastTokenAt} return while there is no such token. */
    long NOT_YET = Long.MIN_VALUE;

    /** Returns the request that was scheduled. */
    InferenceRequest request();

    /** Returns the decision as it was made; a failover does not change it. */
    SchedulingDecision decision();

    /** Returns the endpoint that should answer the caller now: the decision's, or the fallback moved to last. */
    Endpoint target();

    /**
     * Returns the headers that the host should add to the response, by lower-case name, if the present {@linkplain #target()
     * target} is the one that answers; empty unless a plugin has something to say there.
     */
    Map<String, String> responseHeaders();

    /** Returns when its scheduling began, in nanoseconds of the scheduler's clock. */
    long scheduledAt();

    /**
     * Returns when the first token of the present target's answer was reported, in nanoseconds of the scheduler's clock, or
     * {@link #NOT_YET}. A failover begins anew. While observers are told of an event, this and what else a dispatch knows of
     * its answer are as before that event, so that observers need not remember it.
     */
    long firstTokenAt();

    /**
     * Returns when tokens of the present target's answer were last reported, the first included, in nanoseconds of the
     * scheduler's clock, or {@link #NOT_YET}.
     */
    long lastTokenAt();

    /** Returns how many tokens of the present target's answer were reported, the first included; at least 0. */
    long reportedTokens();

    /** Reports that the request was sent to the target. */
    void sent();

    /**
     * Reports the first token of the answer: the prompt has been read, so its tokens no longer count as work, and
     * prefill and encode legs are released.
     */
    void firstToken();

    /**
     * Reports further tokens of the answer.
     *
     * @param count tokens since the last report, at least 0
     * @throws IllegalArgumentException if the count is negative
     */
    void tokens(int count);

    /** Reports a sign of life of the stream, for hosts that turned leases on; so does every other report of progress. */
    void renew();

    /**
     * Moves the primary leg's reservation to the next fallback that is still in the fleet.
     *
     * @return the endpoint to send to now, or empty if no fallback is left or the dispatch has ended; when empty, the
     *     reservation stays where it was and the host should end the dispatch
     */
    Optional<Endpoint> failover();

    /**
     * Ends the dispatch: the answer was delivered whole.
     *
     * @param usage what the engine says it used
     * @return whether this call ended it
     */
    boolean completed(Usage usage);

    /**
     * Ends the dispatch: the endpoint or the way to it failed.
     *
     * @param reason what failed, for observers and logs
     * @return whether this call ended it
     */
    boolean failed(String reason);

    /**
     * Ends the dispatch: the caller went away or the host gave up.
     *
     * @return whether this call ended it
     */
    boolean cancelled();

    /** Tells whether the dispatch has ended. */
    boolean ended();

    /** Returns what the host said had failed, or null unless the dispatch ended by {@link #failed}. */
    @Nullable
    String failure();

    /** Cancels the dispatch if it has not ended. */
    @Override
    void close();
}
