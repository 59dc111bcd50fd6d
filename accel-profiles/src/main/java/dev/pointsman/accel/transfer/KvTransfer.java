// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.transfer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;

/**
 * Moves the cache of a sequence: from a replica that read the prompt to one that generates, or from a lower tier back to the
 * chip. Immutable and thread-safe.
 */
public final class KvTransfer {
    private final Deployment deployment;
    private final TransferPath path;

    /**
     * Moves caches of a deployment over a path.
     *
     * @param deployment whose caches, with the data type in which they are stored
     * @param path the way they take; count as many links as chips on the smaller side send or receive
     */
    public KvTransfer(Deployment deployment, TransferPath path) {
        this.deployment = requireNonNull(deployment, "deployment");
        this.path = requireNonNull(path, "path");
    }

    /** Returns the bytes of the cache of a sequence. */
    public double bytes(long tokens) {
        check("tokens", tokens);
        return deployment.model().architecture().cacheBytes(tokens, deployment.kvCache());
    }

    /** Predicts how long the cache of a sequence takes if it is sent as a whole. */
    public Prediction transfer(long tokens) {
        return path.seconds(bytes(tokens));
    }

    /**
     * Predicts how much later the cache arrives than prefill ends, if each layer is sent as soon as it is done: prefill hides all
     * but the last layer, if sending keeps up with it.
     *
     * @param tokens length of the sequence, all of it read now
     * @param predictor predicts prefill where the sequence is read
     */
    public Prediction transferDuringPrefill(long tokens, Predictor predictor) {
        Prediction sent = transfer(tokens);
        Prediction read = predictor.prefill(tokens, 0);
        return new Prediction(
                exposed(sent.lowerBound(), read.p90()),
                exposed(sent.estimate(), read.estimate()),
                exposed(sent.p10(), read.p90()),
                exposed(sent.p90(), read.p10()),
                sent.basis());
    }

    /**
     * Compares fetching a part of a prompt from a lower tier with reading it again.
     *
     * @param tierTokens how many tokens the tier has, beyond those that the chip has
     * @param chipTokens how many tokens the chip has before them
     * @param predictor predicts prefill on that chip
     */
    public FetchOrRecompute fetchOrRecompute(long tierTokens, long chipTokens, Predictor predictor) {
        check("tierTokens", tierTokens);
        check("chipTokens", chipTokens);
        double bytes = bytes(chipTokens + tierTokens) - bytes(chipTokens);
        return new FetchOrRecompute(path.seconds(bytes), predictor.prefill(tierTokens, chipTokens));
    }

    private double exposed(double sent, double read) {
        return Math.max(sent / deployment.model().architecture().layers(), sent - read);
    }

    private static void check(String name, long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    name + ": must be at least 0, but was " + tokens + ".\nMaybe something was subtracted twice.");
        }
    }

    /**
     * Two ways to the same cache.
     *
     * @param fetch how long the lower tier takes
     * @param recompute how long reading the tokens again takes, on an idle engine
     */
    public record FetchOrRecompute(Prediction fetch, Prediction recompute) {
        /** Checks that both are there. */
        public FetchOrRecompute {
            requireNonNull(fetch, "fetch");
            requireNonNull(recompute, "recompute");
        }

        /** Tells whether fetching is likely to be faster. */
        public boolean fetchIsFaster() {
            return fetch.estimate() < recompute.estimate();
        }

        /** Tells whether it is so even if the tier is slow and the chip fast, for those who do not bet. */
        public boolean fetchIsSurelyFaster() {
            return fetch.p90() < recompute.p10();
        }
    }
}
