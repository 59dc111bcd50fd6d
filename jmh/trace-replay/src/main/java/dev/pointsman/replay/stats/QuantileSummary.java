// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stats;

/**
 * A set of integers in ten numbers. Immutable.
 *
 * <p>Quantiles are found as {@link Quantile} says. (Tools that interpolate linearly print slightly different numbers.)
 *
 * @param n how many values; with none, all other fields are 0
 * @param sum their sum; if a long cannot hold it, the nearest number that a long can
 * @param mean their exact sum over {@code n}
 * @param min the smallest
 * @param p50 half are at most this
 * @param p90 nine in ten are at most this
 * @param p95 95 in 100 are at most this
 * @param p99 99 in 100 are at most this
 * @param p999 999 in 1000 are at most this
 * @param max the largest
 */
public record QuantileSummary(
        long n, long sum, double mean, long min, long p50, long p90, long p95, long p99, long p999, long max) {}
