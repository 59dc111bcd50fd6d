// SPDX-License-Identifier: Apache-2.0

/**
 * Explanations for eyes and programs: one as a table for a terminal, one as a line of JSON. Hosts come in with an {@link
 * dev.pointsman.api.explain.Explanation} that the engine built. Text leaves that is the same, to the character, for the
 * same explanation.
 */
@NullMarked
package dev.pointsman.core.explain;

import org.jspecify.annotations.NullMarked;
