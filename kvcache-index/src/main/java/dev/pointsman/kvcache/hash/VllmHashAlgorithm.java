// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

/** How a vLLM engine hashes blocks: its option {@code --prefix-caching-hash-algo}. */
public enum VllmHashAlgorithm {
    /** SHA-256 over Python's pickle, vLLM's default: 32 bytes. */
    SHA256(true, true),

    /** SHA-256 over canonical CBOR: 32 bytes. */
    SHA256_CBOR(true, false),

    /** XXH3-128 over Python's pickle: 16 bytes. */
    XXHASH(false, true),

    /** XXH3-128 over canonical CBOR: 16 bytes. */
    XXHASH_CBOR(false, false);

    private final boolean sha256;
    private final boolean pickle;

    VllmHashAlgorithm(boolean sha256, boolean pickle) {
        this.sha256 = sha256;
        this.pickle = pickle;
    }

    boolean isSha256() {
        return sha256;
    }

    boolean isPickle() {
        return pickle;
    }
}
