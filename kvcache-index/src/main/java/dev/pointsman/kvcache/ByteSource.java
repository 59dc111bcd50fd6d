// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static java.util.Objects.requireNonNull;

/** The UTF-8 bytes of a prompt, read where they lie. Whoever reads it from several threads needs one that allows it. */
public interface ByteSource {
    /** Returns the number of bytes, at least 0. */
    int size();

    /**
     * Copies a run of bytes into the reader's array.
     *
     * @param from position of the first byte
     * @param into destination
     * @param at position of the first byte in the destination
     * @param count number of bytes
     */
    void copyTo(int from, byte[] into, int at, int count);

    /**
     * Views an array without copying it.
     *
     * @param bytes the bytes in prompt order
     */
    static ByteSource of(byte[] bytes) {
        requireNonNull(bytes, "bytes");
        return new ByteSource() {
            @Override
            public int size() {
                return bytes.length;
            }

            @Override
            public void copyTo(int from, byte[] into, int at, int count) {
                System.arraycopy(bytes, from, into, at, count);
            }
        };
    }
}
