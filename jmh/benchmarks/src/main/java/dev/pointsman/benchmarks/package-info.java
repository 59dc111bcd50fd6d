// SPDX-License-Identifier: Apache-2.0

/**
 * What a decision costs, measured with JMH. People run the suites from {@code benchmarks.jar}; the numbers that they gave, with
 * machine and commit, are in {@code jmh/RESULTS.md}. Nothing here is published.
 */
@NullMarked
package dev.pointsman.benchmarks;

import org.jspecify.annotations.NullMarked;
