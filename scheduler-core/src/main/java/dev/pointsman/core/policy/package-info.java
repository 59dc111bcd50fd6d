// SPDX-License-Identifier: Apache-2.0

/**
 * Ways of choosing that other routers have and llm-d lacks, beside the costs of {@link dev.pointsman.core.cost}: pickers by
 * two choices, by softmax, by the k best and by turns, taints and pins, a ramp for newcomers, a lane for long prompts.
 * Candidates, totals and the draw come in, and what requests and labels say; picks, scores or fewer candidates leave. Chance is
 * a function of the draw and of slots, so a decision can be repeated.
 */
@NullMarked
package dev.pointsman.core.policy;

import org.jspecify.annotations.NullMarked;
