// SPDX-License-Identifier: Apache-2.0

/**
 * What the built-in plugins' packages share: how their factories are written down, and how they count time. What a type is
 * called, takes and makes comes in from each of those packages. Factories leave for the engine to register, and checked
 * nanoseconds for plugins.
 */
@NullMarked
package dev.pointsman.core.internal.builtin;

import org.jspecify.annotations.NullMarked;
