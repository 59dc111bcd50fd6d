// SPDX-License-Identifier: Apache-2.0

/**
 * How a scheduler is put together. Declarations of a host come in, sound and unsound. Schedulers leave whose plugins are
 * made once and wired in order, or refusals that name the place.
 */
@NullMarked
package dev.pointsman.core.assembly;

import org.jspecify.annotations.NullMarked;
