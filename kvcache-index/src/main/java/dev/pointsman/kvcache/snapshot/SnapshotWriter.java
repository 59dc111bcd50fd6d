// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.kvcache.BlockVisitor;
import dev.pointsman.kvcache.RestorablePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.feed.ResumePoint;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes one snapshot, endpoint by endpoint. Not thread-safe. */
final class SnapshotWriter implements BlockVisitor {
    private final CRC32C checksum = new CRC32C();
    private final DataOutputStream out;
    private final Set<String> names = new HashSet<>();
    private long blocks;

    SnapshotWriter(OutputStream to, int blockSize) throws IOException {
        // Checked below the buffer: the buffer's large pieces are what makes the checksum cheap.
        out = new DataOutputStream(new BufferedOutputStream(new CheckedOutputStream(to, checksum), 1 << 16));
        out.writeLong(Format.MAGIC);
        out.writeInt(Format.VERSION);
        out.writeInt(Format.HASH_SCHEME);
        out.writeInt(blockSize);
    }

    void endpoint(SnapshotEndpoint endpoint, RestorablePrefixIndex index) throws IOException {
        byte[] name = endpoint.name().getBytes(UTF_8);
        if (name.length < 1 || name.length > SnapshotEndpoint.MAX_NAME_BYTES || !names.add(endpoint.name())) {
            throw new IllegalArgumentException("endpoint \"" + endpoint.name() + "\": a name must have from 1 to "
                    + SnapshotEndpoint.MAX_NAME_BYTES
                    + " bytes and be that of one endpoint only.\nMaybe use host:port and the rank.");
        }
        out.writeByte(Format.MORE);
        out.writeShort(name.length);
        out.write(name);
        writeResume(endpoint.resume());
        try {
            index.visit(endpoint.slot(), this);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.writeByte(Format.END);
    }

    private void writeResume(ResumePoint resume) throws IOException {
        out.writeLong(resume.sequence());
        out.writeLong(resume.fingerprint());
        out.writeLong(resume.anchor());
        out.writeLong(resume.anchorFingerprint());
        out.writeBoolean(resume.complete());
        out.writeLong(resume.blocks());
    }

    @Override
    public void visit(
            Tier tier, long[] blockHashes, long @Nullable [] engineHashes, byte @Nullable [] copies, int from, int to) {
        if (from < 0 || to <= from || to > Format.MAX_STRETCH) {
            throw new IllegalArgumentException("stretch: has blocks from " + from + " to " + to
                    + ", but must have some, up to " + Format.MAX_STRETCH
                    + ".\nMaybe the index should show them in more stretches.");
        }
        try {
            out.writeByte(Format.MORE);
            out.writeByte(tier.ordinal());
            out.writeByte((engineHashes == null ? 0 : Format.ENGINE_HASHES) | (copies == null ? 0 : Format.COPIES));
            out.writeShort(from);
            out.writeShort(to - from);
            writeLongs(blockHashes, 0, to);
            if (engineHashes != null) {
                writeLongs(engineHashes, from, to);
            }
            if (copies != null) {
                out.write(copies, from, to - from);
            }
            for (int i = from; i < to; i++) {
                blocks += copies == null ? 1 : copies[i];
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeLongs(long[] values, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            out.writeLong(values[i]);
        }
    }

    void end() throws IOException {
        out.writeByte(Format.END);
        out.writeInt(names.size());
        out.writeLong(blocks);
        out.flush();
        out.writeInt((int) checksum.getValue());
        out.flush();
    }
}
