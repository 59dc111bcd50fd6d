// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import dev.pointsman.kvcache.BlockVisitor;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Reads one snapshot from its beginning to its end and checks all of it. Whatever the bytes are, it needs the room of one
 * stretch and of as many names as the limits allow. What the sink sees is right as far as it goes, but only a reading that
 * ends well says that the checksum was right, too. Not thread-safe.
 */
final class SnapshotReader {
    /** Takes what is read. */
    interface Sink {
        /** Takes the beginning of an endpoint; the stretches that follow are its own. */
        void endpoint(String name, ResumePoint resume) throws IOException;

        /** Returns who takes the stretches of the endpoint that began last. */
        BlockVisitor blocks();
    }

    private static final Tier[] TIERS = Tier.values();
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final SnapshotLimits limits;
    private final CRC32C checksum = new CRC32C();
    private final byte[] bytes = new byte[Long.BYTES * Format.MAX_STRETCH];
    private final ByteBuffer numbers = ByteBuffer.wrap(bytes);
    private final long[] blockHashes = new long[Format.MAX_STRETCH];
    private final long[] engineHashes = new long[Format.MAX_STRETCH];
    private final byte[] copies = new byte[Format.MAX_STRETCH];
    private final Set<String> names = new HashSet<>();
    private long position;
    private long blocks;

    private SnapshotReader(InputStream in, SnapshotLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** Reads a snapshot; returns its checksum, so that two readings can be compared. */
    static int read(SnapshotSource source, int blockSize, SnapshotLimits limits, Sink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(source.open(), BUFFER)) {
            return new SnapshotReader(in, limits).read(blockSize, sink);
        }
    }

    private int read(int blockSize, Sink sink) throws IOException {
        readHeader(blockSize);
        while (more()) {
            readEndpoint(sink);
        }
        long at = position;
        int endpoints = readInt();
        long total = readLong();
        if (endpoints != names.size() || total != blocks) {
            throw new SnapshotException("snapshot: says at byte " + at + " that it holds " + endpoints
                    + " endpoints and " + total + " blocks, but holds " + names.size() + " and " + blocks
                    + ".\nMaybe it is damaged; start without it.");
        }
        int computed = (int) checksum.getValue();
        int written = readInt();
        if (computed != written) {
            throw new SnapshotException(String.format(
                    "snapshot: its checksum should be %08x, but is %08x.%nMaybe it is damaged; start without it.",
                    written, computed));
        }
        if (in.read() >= 0) {
            throw new SnapshotException("snapshot: has more bytes after its end at byte " + position
                    + ".\nMaybe something was appended to the file; start without it.");
        }
        return written;
    }

    private void readHeader(int blockSize) throws IOException {
        if (readLong() != Format.MAGIC) {
            throw new SnapshotException(
                    "snapshot: does not begin as one does.\nMaybe the path is that of another file.");
        }
        int version = readInt();
        int scheme = readInt();
        if (version != Format.VERSION || scheme != Format.HASH_SCHEME) {
            throw new SnapshotException("snapshot: has version " + version + " and block hashes of version " + scheme
                    + ", but only " + Format.VERSION + " and " + Format.HASH_SCHEME
                    + " can be loaded.\nMaybe another release wrote it; start without it.");
        }
        int size = readInt();
        if (size != blockSize) {
            throw new SnapshotException("snapshot: has blocks of " + size + " tokens, but the index has blocks of "
                    + blockSize + ".\nMaybe the configuration was changed; start without it.");
        }
    }

    private void readEndpoint(Sink sink) throws IOException {
        long at = position;
        if (names.size() >= limits.endpoints()) {
            throw new SnapshotException("snapshot: has more than " + limits.endpoints()
                    + " endpoints.\nMaybe raise the limit if it is really yours.");
        }
        String name = readName();
        if (!names.add(name)) {
            throw damaged("a second endpoint of the name " + name, at);
        }
        sink.endpoint(name, readResume());
        while (more()) {
            readStretch(sink);
        }
    }

    private ResumePoint readResume() throws IOException {
        long at = position;
        long sequence = readLong();
        long fingerprint = readLong();
        long anchor = readLong();
        long anchorFingerprint = readLong();
        int complete = readByte();
        long held = readLong();
        if (anchor < 0 || sequence < anchor || complete > 1 || held < 0) {
            throw damaged("the sequence numbers " + sequence + " and " + anchor + " with " + held + " blocks", at);
        }
        return new ResumePoint(sequence, fingerprint, anchor, anchorFingerprint, complete == 1, held);
    }

    private String readName() throws IOException {
        long at = position;
        int length = readShort();
        if (length < 1 || length > SnapshotEndpoint.MAX_NAME_BYTES) {
            throw damaged("a name of " + length + " bytes", at);
        }
        readFully(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw damaged("a name that is not UTF-8", at);
        }
    }

    private void readStretch(Sink sink) throws IOException {
        long at = position;
        int tier = readByte();
        int flags = readByte();
        int before = readShort();
        int count = readShort();
        if (tier >= TIERS.length || flags > (Format.ENGINE_HASHES | Format.COPIES)) {
            throw damaged("tier " + tier + " with flags " + flags, at);
        }
        int to = before + count;
        if (count < 1 || to > Format.MAX_STRETCH) {
            throw damaged("a stretch of " + count + " blocks after " + before, at);
        }
        readLongs(blockHashes, 0, to);
        boolean named = (flags & Format.ENGINE_HASHES) != 0;
        if (named) {
            readLongs(engineHashes, before, to);
        }
        boolean counted = (flags & Format.COPIES) != 0;
        if (counted) {
            readFully(count);
            System.arraycopy(bytes, 0, copies, before, count);
        }
        for (int i = before; i < to; i++) {
            if (counted && copies[i] < 1) {
                throw damaged("a block of " + copies[i] + " copies", at);
            }
            blocks += counted ? copies[i] : 1;
        }
        if (blocks > limits.blocks()) {
            throw new SnapshotException("snapshot: has more than " + limits.blocks()
                    + " blocks.\nMaybe raise the limit if it is really yours.");
        }
        sink.blocks().visit(TIERS[tier], blockHashes, named ? engineHashes : null, counted ? copies : null, before, to);
    }

    private boolean more() throws IOException {
        long at = position;
        int marker = readByte();
        if (marker != Format.MORE && marker != Format.END) {
            throw damaged("the mark " + marker, at);
        }
        return marker == Format.MORE;
    }

    private int readByte() throws IOException {
        readFully(1);
        return bytes[0] & 0xff;
    }

    private int readShort() throws IOException {
        readFully(Short.BYTES);
        return numbers.getShort(0) & 0xffff;
    }

    private int readInt() throws IOException {
        readFully(Integer.BYTES);
        return numbers.getInt(0);
    }

    private long readLong() throws IOException {
        readFully(Long.BYTES);
        return numbers.getLong(0);
    }

    private void readLongs(long[] into, int from, int to) throws IOException {
        readFully(Long.BYTES * (to - from));
        for (int i = from; i < to; i++) {
            into[i] = numbers.getLong(Long.BYTES * (i - from));
        }
    }

    /** Reads the next bytes to the head of {@link #bytes}. */
    private void readFully(int length) throws IOException {
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new SnapshotException("snapshot: ends within the " + length + " bytes from byte " + position
                    + " on.\nMaybe it was not written to its end; start without it.");
        }
        position += length;
        checksum.update(bytes, 0, length);
    }

    private static SnapshotException damaged(String what, long at) {
        return new SnapshotException(
                "snapshot: has " + what + " at byte " + at + ".\nMaybe it is damaged; start without it.");
    }
}
