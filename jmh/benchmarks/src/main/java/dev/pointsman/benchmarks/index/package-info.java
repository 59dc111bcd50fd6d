// SPDX-License-Identifier: Apache-2.0

/**
 * What the prefix index and its feed cost: JMH suites of lookups, hashing and ingestion, and two programs that measure what
 * JMH cannot, a trace's events at full speed and memory. A trace comes in and is replayed by a fleet of mock engines, whose
 * requests and KV events are the corpus. Figures leave as text and as lines of JSON.
 */
@NullMarked
package dev.pointsman.benchmarks.index;

import org.jspecify.annotations.NullMarked;
