// SPDX-License-Identifier: Apache-2.0

/**
 * The scheduler as hosts use it. A host builds a {@link dev.pointsman.core.Pointsman} over a {@link
 * dev.pointsman.core.fleet.Fleet}, asks it where each request should run, and reports what became of it. Dispatches and
 * rejections leave.
 */
@NullMarked
package dev.pointsman.core;

import org.jspecify.annotations.NullMarked;
