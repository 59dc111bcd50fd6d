// SPDX-License-Identifier: Apache-2.0

/**
 * The scheduler as hosts use it. A host builds a {@link dev.pointsman.core.Pointsman} over a {@link
 * dev.pointsman.core.fleet.Fleet}, asks it where each request should run, and reports what became of it. Dispatches and
 * rejections leave.
 *
 * <p>Signals carry their age, and explanations show it; scores do not yet take it into account. That comes with the rules for
 * stale data of all plugins at once, so that it is one rule.
 */
@NullMarked
package dev.pointsman.core;

import org.jspecify.annotations.NullMarked;
