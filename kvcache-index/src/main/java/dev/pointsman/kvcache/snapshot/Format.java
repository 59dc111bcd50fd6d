// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

/**
 * The bytes of a snapshot. Numbers are most significant byte first.
 *
 * <pre>
 * snapshot  magic (8) version (4) scheme (4) blockSize (4) endpoint* 0 (1) endpoints (4) blocks (8) crc32c (4)
 * endpoint  1 (1) nameLength (2) name resume stretch* 0 (1)
 * resume    sequence (8) fingerprint (8) anchor (8) anchorFingerprint (8) complete (1) blocks (8)
 * stretch   1 (1) tier (1) flags (1) before (2) count (2) blockHash (8 each) [engineHash (8 each)] [copies (1 each)]
 * </pre>
 *
 * <p>The checksum is over everything before it. Flag 1 says that there are engine hashes, flag 2 that there are copies,
 * each from 1 to 127. There are {@code before} hashes of blocks that lead up to the stretch and then {@code count} of its
 * own, {@value #MAX_STRETCH} in all at most, so that a reader needs no more room than that whatever the file says. The scheme is the version of our own block hashes: a snapshot with others would match nothing.
 */
final class Format {
    static final long MAGIC = 0x504d4b5649445831L; // PMKVIDX1
    static final int VERSION = 1;
    static final int HASH_SCHEME = 1;
    static final int MAX_STRETCH = 4096;
    static final int END = 0;
    static final int MORE = 1;
    static final int ENGINE_HASHES = 1;
    static final int COPIES = 2;

    private Format() {}
}
