// SPDX-License-Identifier: Apache-2.0

/**
 * What each accelerator can do at best. Data sheets as JSON files come in, those that ship with the library and those of the
 * user, and are checked number by number. Immutable {@linkplain dev.pointsman.accel.catalog.Accelerator accelerators} leave,
 * with dense peaks by data type, memory, links, power, dated prices and the sources of all of it.
 */
@NullMarked
package dev.pointsman.accel.catalog;

import org.jspecify.annotations.NullMarked;
