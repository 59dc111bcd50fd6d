// SPDX-License-Identifier: Apache-2.0

/**
 * What a careful reader would ask about a configuration that is correct. One that was read and put together comes in, with what
 * the host expects of its traffic. Findings leave; nothing here changes what runs.
 */
@NullMarked
package dev.pointsman.core.internal.lint;

import org.jspecify.annotations.NullMarked;
