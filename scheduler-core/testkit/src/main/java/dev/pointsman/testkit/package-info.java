// SPDX-License-Identifier: Apache-2.0

/**
 * Fixtures for people who write plugins: a fleet, a request, a clock and a scheduling cycle in one line each. Tests bring a
 * plugin and the data that it reads to a {@link dev.pointsman.testkit.TestCycle}; scores, costs, picks and ids leave. Nothing
 * here needs a test framework, a thread or the engine itself.
 */
@NullMarked
package dev.pointsman.testkit;

import org.jspecify.annotations.NullMarked;
