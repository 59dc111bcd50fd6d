// SPDX-License-Identifier: Apache-2.0

/**
 * What can be reused where, as llm-d tells it beside the prefix indexes of {@link dev.pointsman.core.producer}: its own history of
 * prompts, bursts of equal prompts that are packed together, images that an endpoint has encoded, and peers to pull KV from.
 * Requests come in, with what other producers wrote. Attributes, columns and one request header leave; {@link
 * dev.pointsman.core.reuse.ReuseFactories} has the types.
 */
@NullMarked
package dev.pointsman.core.reuse;

import org.jspecify.annotations.NullMarked;
