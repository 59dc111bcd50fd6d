// SPDX-License-Identifier: Apache-2.0
/** Policies by load and cost that other routers have and llm-d lacks, as plugins that compose with all others: they read metrics, load in flight and prefix matches, and leave scores, costs, picks or fewer candidates. */
@NullMarked
package dev.pointsman.core.policy;

import org.jspecify.annotations.NullMarked;
