// SPDX-License-Identifier: Apache-2.0

/**
 * KV-cache events as bytes: what vLLM and SGLang publish in MessagePack, in every form they ever did, and TensorRT-LLM's
 * JSON. Message frames and payloads from engines come in and leave as {@link dev.pointsman.kvcache.event.KvEventBatch};
 * test doubles and simulated engines send batches the other way. Bytes are not trusted: what cannot be read is refused
 * with its place, and what is claimed but not there costs no memory.
 */
@NullMarked
package dev.pointsman.kvcache.event.wire;

import org.jspecify.annotations.NullMarked;
