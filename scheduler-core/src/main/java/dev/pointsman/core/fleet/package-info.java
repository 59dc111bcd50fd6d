// SPDX-License-Identifier: Apache-2.0

/**
 * The endpoints that a scheduler may choose from, as the host reports them. Hosts tell a {@link
 * dev.pointsman.core.fleet.Fleet} who joined, who left and what metrics arrived. Immutable snapshots leave, one for each
 * decision, and listeners hear who joins and leaves.
 */
@NullMarked
package dev.pointsman.core.fleet;

import org.jspecify.annotations.NullMarked;
