// SPDX-License-Identifier: Apache-2.0

/**
 * Words of error messages. Names and texts from files come in. What was probably meant, and texts that are safe to show, leave.
 */
@NullMarked
package dev.pointsman.accel.internal.text;

import org.jspecify.annotations.NullMarked;
