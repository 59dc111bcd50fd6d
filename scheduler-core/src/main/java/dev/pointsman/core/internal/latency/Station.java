// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.api.fleet.Endpoint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint during one of its lives: how it is predicted, and what this scheduler has running there.
 *
 * <p>Thread-safe. Numbers are changed under a lock, by observers; decisions read them without it and may see one number newer than
 * another, which moves a prediction by one request at most.
 */
public final class Station {
    private final long incarnation;
    private volatile Description description;

    private volatile long requests;
    private volatile long contextTokens;
    private volatile long outputTokens;
    private volatile long tightestTpot;
    private volatile long lastFirstToken = Long.MIN_VALUE;
    private volatile long decoding;
    private volatile long decodingContext;
    private volatile long promptsRead;
    private volatile long promptTokensRead;

    private long[] tpotTargets = new long[4]; // guarded by this
    private int targets; // guarded by this

    /**
     * What an endpoint is, which its host may say anew while it lives.
     *
     * @param of the words of the host
     * @param model what predicts for it, or null if its deployment is not known
     * @param unknown why the deployment is not known; empty if it is
     * @param dollarsPerNano what all its chips cost for a nanosecond, or NaN
     * @param prefillOnly whether it only reads prompts
     */
    record Description(
            Endpoint of, @Nullable LatencyModel model, String unknown, double dollarsPerNano, boolean prefillOnly) {
        /** Returns the same description of an equal object, so that it is known by identity the next time. */
        Description of(Endpoint equal) {
            return new Description(equal, model, unknown, dollarsPerNano, prefillOnly);
        }
    }

    Station(long incarnation, Description description) {
        this.incarnation = incarnation;
        this.description = description;
    }

    /** Tells whether this is how the host describes the endpoint. */
    @SuppressWarnings(
            "ReferenceEquality") // The same object until it is said anew; to compare labels would cost too much.
    boolean isDescribedAs(Endpoint endpoint) {
        return description.of() == endpoint;
    }

    /** Goes on with another description; what runs here goes on running. */
    void describe(Description now) {
        description = now;
    }

    /** Returns how the host describes the endpoint. */
    Description description() {
        return description;
    }

    /** Returns which life of the endpoint this is. */
    public long incarnation() {
        return incarnation;
    }

    /** Returns what predicts for this endpoint, or null if its deployment is not known. */
    public @Nullable LatencyModel model() {
        return description.model();
    }

    /** Returns why the deployment is not known; empty if it is. */
    public String unknown() {
        return description.unknown();
    }

    /** Returns what all chips of the endpoint cost for a nanosecond, in US dollars, or NaN. */
    public double dollarsPerNano() {
        return description.dollarsPerNano();
    }

    /** Tells whether the endpoint only reads prompts, so that its time per output token does not count. */
    public boolean prefillOnly() {
        return description.prefillOnly();
    }

    /** Returns the requests that run here. */
    public long requests() {
        return requests;
    }

    /** Returns the tokens of prompts and answers that these requests hold. */
    public long contextTokens() {
        return contextTokens;
    }

    /** Returns the tokens of output that the scheduler counts as work in flight here. */
    public long outputTokens() {
        return outputTokens;
    }

    /** Returns the least time per output token that a request running here is to keep, in nanoseconds, or 0 for none. */
    public long tightestTpot() {
        return tightestTpot;
    }

    /** Returns when a request here last got its first token, or {@link Long#MIN_VALUE}. */
    long lastFirstToken() {
        return lastFirstToken;
    }

    /** Returns how many requests have had their first token here and not their last. */
    long decoding() {
        return decoding;
    }

    /** Returns the tokens that these requests hold. */
    long decodingContext() {
        return decodingContext;
    }

    /** Returns how many prompts were read here so far. */
    long promptsRead() {
        return promptsRead;
    }

    /** Returns how many tokens of prompts were read here so far. */
    long promptTokensRead() {
        return promptTokensRead;
    }

    /**
     * Notes that a prompt was read, so that its request is decoded from now on.
     *
     * @param newTokens tokens that had to be read here; 0 if another endpoint read the prompt
     * @param context tokens that the request holds
     */
    synchronized void promptRead(long newTokens, long context, long now) {
        lastFirstToken = now;
        if (newTokens > 0) {
            promptsRead++;
            promptTokensRead += newTokens;
        }
        decoding++;
        decodingContext += context;
    }

    /** Notes that a request is decoded no more. */
    synchronized void decoded(long context) {
        decoding--;
        decodingContext -= context;
    }

    /** Counts a request in. */
    synchronized void add(long context, long output, long tpotTarget) {
        requests++;
        contextTokens += context;
        outputTokens += output;
        if (tpotTarget > 0) {
            if (targets == tpotTargets.length) {
                tpotTargets = Arrays.copyOf(tpotTargets, 2 * targets);
            }
            tpotTargets[targets++] = tpotTarget;
            if (tightestTpot == 0 || tpotTarget < tightestTpot) {
                tightestTpot = tpotTarget;
            }
        }
    }

    /** Counts tokens of an answer in. */
    synchronized void grow(long tokens, boolean isDecoded) {
        contextTokens += tokens;
        decodingContext += isDecoded ? tokens : 0;
    }

    /** Counts a request out, with all that was counted in for it. O(requests here) if its target was the tightest. */
    synchronized void remove(long context, long output, long tpotTarget) {
        requests--;
        contextTokens -= context;
        outputTokens -= output;
        if (tpotTarget > 0) {
            forget(tpotTarget);
        }
    }

    private void forget(long tpotTarget) {
        for (int i = 0; i < targets; i++) {
            if (tpotTargets[i] == tpotTarget) {
                tpotTargets[i] = tpotTargets[--targets];
                break;
            }
        }
        if (tpotTarget == tightestTpot) {
            long least = 0;
            for (int i = 0; i < targets; i++) {
                least = least == 0 ? tpotTargets[i] : Math.min(least, tpotTargets[i]);
            }
            tightestTpot = least;
        }
    }
}
