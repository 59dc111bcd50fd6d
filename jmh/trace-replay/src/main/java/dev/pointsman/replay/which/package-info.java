// SPDX-License-Identifier: Apache-2.0

/**
 * Which accelerator for which requests. A model, chips and kinds of traffic come in. For each kind of traffic, what each chip would
 * take and cost leaves, with its band and what it rests on, as values and as a table.
 */
@NullMarked
package dev.pointsman.replay.which;

import org.jspecify.annotations.NullMarked;
