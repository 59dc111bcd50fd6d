// SPDX-License-Identifier: Apache-2.0

/**
 * What an accelerator costs. A model, an accelerator and how one is spread over the other come in; times, bytes and dollars
 * leave, each with its band and its basis. The packages below do the work; here is only the error that they share.
 */
@NullMarked
package dev.pointsman.accel;

import org.jspecify.annotations.NullMarked;
