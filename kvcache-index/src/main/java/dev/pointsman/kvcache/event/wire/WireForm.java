// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

/**
 * A form in which an engine publishes its events in MessagePack: engine and version. A form leaves out what the version
 * did not know; the constants' comments say what they have beside hashes, parent, tokens, block size and the adapter's
 * number.
 */
public enum WireForm {
    /** vLLM from April 2025 (#16750): nothing more. */
    VLLM_FIRST(6, Hashes.UNSIGNED),

    /** vLLM since #19737: the medium. */
    VLLM_MEDIUM(7, Hashes.UNSIGNED),

    /** vLLM since #27577: the adapter's name, and hashes are whole digests unless told otherwise. */
    VLLM_LORA_NAME(8, Hashes.DIGEST),

    /** vLLM since #33304: extra keys. */
    VLLM_EXTRA_KEYS(9, Hashes.DIGEST),

    /** vLLM since #37688: the group. */
    VLLM_GROUP(10, Hashes.DIGEST),

    /** vLLM since #40984: the group's kind and window. */
    VLLM_KIND(12, Hashes.DIGEST),

    /** vLLM 0.26 (#48281) as an array: the locality. */
    VLLM_LOCALITY(13, Hashes.DIGEST),

    /** All that vLLM has as an array: the owner and the session. */
    VLLM_ARRAY(15, Hashes.DIGEST),

    /** vLLM since June 2026 (#42892): a map, with all that {@link #VLLM_ARRAY} has. */
    VLLM_MAP(0, Hashes.DIGEST),

    /** vLLM with {@code VLLM_KV_EVENTS_USE_INT_BLOCK_HASHES}: {@link #VLLM_MAP} with the low 64 bits of the hashes. */
    VLLM_MAP_INTEGERS(0, Hashes.UNSIGNED),

    /** SGLang until mid-2026: the medium. */
    SGLANG_ARRAY(7, Hashes.SIGNED),

    /** SGLang for a while in mid-2026: the medium, and a map of salt and session where vLLM has the adapter's name. */
    SGLANG_METADATA(8, Hashes.SIGNED),

    /** SGLang since: a map, with medium, salt and session. */
    SGLANG_MAP(0, Hashes.SIGNED);

    /** How a form writes block hashes. */
    enum Hashes {
        UNSIGNED,
        SIGNED,
        DIGEST
    }

    /** Elements of a stored event with everything set; 0 for a map. */
    final int elements;

    final Hashes hashes;

    WireForm(int elements, Hashes hashes) {
        this.elements = elements;
        this.hashes = hashes;
    }

    /** Tells whether events are maps. */
    public boolean isMap() {
        return elements == 0;
    }

    boolean isSglang() {
        return hashes == Hashes.SIGNED;
    }
}
