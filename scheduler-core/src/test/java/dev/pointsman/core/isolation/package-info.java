// SPDX-License-Identifier: Apache-2.0

/**
 * What a plugin that misbehaves may cost. Plugins that throw, lie or overstep come in. Decisions leave that lack only that
 * plugin's own opinion, with its failures counted and named.
 */
@NullMarked
package dev.pointsman.core.isolation;

import org.jspecify.annotations.NullMarked;
