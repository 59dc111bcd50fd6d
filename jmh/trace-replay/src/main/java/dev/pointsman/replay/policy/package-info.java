// SPDX-License-Identifier: Apache-2.0

/**
 * Who decides where a replayed request runs: fixed policies with exact tie rules, cache references, and the real
 * scheduler. A name comes in through {@link dev.pointsman.replay.policy.PolicyCatalog}. A {@link
 * dev.pointsman.replay.policy.PolicyDefinition} leaves, from which an engine makes a fresh policy for each replay.
 */
@NullMarked
package dev.pointsman.replay.policy;

import org.jspecify.annotations.NullMarked;
