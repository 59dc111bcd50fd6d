// SPDX-License-Identifier: Apache-2.0

/**
 * Who holds which prefix of a prompt: block hashes, the index of their holders, and the memory of what was routed
 * where. Prompts come in as {@link dev.pointsman.kvcache.TokenSource tokens} or {@link dev.pointsman.kvcache.ByteSource
 * text} and become block hashes; whoever learns that an endpoint holds blocks tells a {@link
 * dev.pointsman.kvcache.PrefixIndex}. Answers leave as {@link dev.pointsman.kvcache.PrefixMatches}: for each endpoint's
 * slot, how many blocks of the prompt it holds.
 */
@NullMarked
package dev.pointsman.kvcache;

import org.jspecify.annotations.NullMarked;
