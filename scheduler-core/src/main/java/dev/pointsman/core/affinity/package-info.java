// SPDX-License-Identifier: Apache-2.0

/**
 * Policies that keep alike requests together and know when to stop: hashing within a bound of load, gates that break affinity under
 * load, replication of hot prefixes, buckets of lengths, a ladder of what is known. Requests, prefix matches, sessions and load in
 * flight come in. Scores and fewer candidates leave.
 */
@NullMarked
package dev.pointsman.core.affinity;

import org.jspecify.annotations.NullMarked;
