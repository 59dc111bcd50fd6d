// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

/**
 * How well the cached tokens of requests were predicted.
 *
 * @param requests how many requests count, at least 0
 * @param all over all of them
 * @param recent over the recent ones, the latest weighing most
 */
public record Accuracy(long requests, Errors all, Errors recent) {
    /** Nothing was predicted. */
    public static final Accuracy NONE = new Accuracy(0, Errors.NONE, Errors.NONE);

    /**
     * The errors of predictions.
     *
     * @param meanAbsolute the mean distance between prediction and report in tokens, at least 0
     * @param mean the mean of prediction less report in tokens: above 0 if more was promised than was there
     * @param withinOneBlock the share of predictions that were off by a block or less, from 0 to 1
     */
    public record Errors(double meanAbsolute, double mean, double withinOneBlock) {
        /** The errors of no predictions: all 0. */
        public static final Errors NONE = new Errors(0, 0, 0);
    }
}
