// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in pickers, which choose among scored candidates. Totals and a draw come in; the positions of the target and its
 * fallbacks leave, best first. Chance is a function of the draw and of slots, never of the order of candidates, so a
 * decision can be repeated. Type names and parameters are those of llm-d's endpoint picker (llm-d-router v0.10).
 */
@NullMarked
package dev.pointsman.core.picker;

import org.jspecify.annotations.NullMarked;
