// SPDX-License-Identifier: Apache-2.0

/**
 * How prompts are cut into blocks and what the blocks are called, by our own names and by those of llm-d's router. A request
 * comes in from a prefix producer, with memory that serves one prompt after another. Hashes leave, one a block, for an index or
 * a history to look up.
 */
@NullMarked
package dev.pointsman.core.internal.prompt;

import org.jspecify.annotations.NullMarked;
