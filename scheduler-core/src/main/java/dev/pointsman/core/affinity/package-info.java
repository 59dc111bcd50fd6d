// SPDX-License-Identifier: Apache-2.0
/** Policies that keep alike requests together and know when to stop: hash rings, gates that break affinity under load, replication of hot prefixes. Requests, matches and load come in; scores and fewer candidates leave. */
@NullMarked
package dev.pointsman.core.affinity;

import org.jspecify.annotations.NullMarked;
