// SPDX-License-Identifier: Apache-2.0

/**
 * Strict JSON for data files. A bounded file comes in. Numbers, texts and lists leave, each checked, or an error that names the
 * file, the place, the value and what would be right.
 */
@NullMarked
package dev.pointsman.accel.internal.json;

import org.jspecify.annotations.NullMarked;
