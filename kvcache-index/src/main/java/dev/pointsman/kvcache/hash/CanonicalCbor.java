// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Canonical CBOR (RFC 8949, 4.2.1; what cbor2 and fxamacker/cbor write when asked for it) of the values that block
 * hashes are made of: the shortest heads, definite lengths. Not thread-safe: one value is written at a time.
 */
final class CanonicalCbor implements BlockEncoding {
    private static final CBORFactory FACTORY = CBORFactory.builder()
            .enable(CBORGenerator.Feature.WRITE_MINIMAL_INTS)
            .build();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CBORGenerator out;

    CanonicalCbor() {
        try {
            out = FACTORY.createGenerator(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    @Override
    public byte[] text(String text) {
        return written(() -> writeText(text));
    }

    @Override
    public byte[] block(byte[] parent, int[] tokens, int from, int to, VllmExtraKeys extraKeys) {
        return written(() -> {
            out.writeStartArray(null, 3);
            out.writeBinary(parent);
            writeTokens(tokens, from, to);
            if (extraKeys.values().isEmpty()) {
                out.writeNull();
            } else {
                writeList(extraKeys.values());
            }
            out.writeEndArray();
        });
    }

    /** Returns what the writer writes, as bytes. */
    byte[] written(Writer writer) {
        try {
            writer.write();
            out.flush();
        } catch (IOException impossible) {
            // The bytes go to memory, and the values were checked when they came in.
            throw new UncheckedIOException(impossible);
        }
        byte[] all = bytes.toByteArray();
        bytes.reset();
        return all;
    }

    CBORGenerator out() {
        return out;
    }

    void writeTokens(int[] tokens, int from, int to) throws IOException {
        out.writeStartArray(null, to - from);
        for (int i = from; i < to; i++) {
            out.writeNumberUnsigned(tokens[i]);
        }
        out.writeEndArray();
    }

    /** Writes a text. A generator's {@code writeString} cuts a long one into chunks, which is not canonical. */
    void writeText(String text) throws IOException {
        byte[] utf8 = text.getBytes(UTF_8);
        out.writeUTF8String(utf8, 0, utf8.length);
    }

    private void writeList(List<?> values) throws IOException {
        out.writeStartArray(null, values.size());
        for (Object value : values) {
            if (value instanceof List<?> list) {
                writeList(list);
            } else if (value instanceof String text) {
                writeText(text);
            } else if (value instanceof Long number) {
                out.writeNumber(number);
            } else {
                out.writeBinary((byte[]) value);
            }
        }
        out.writeEndArray();
    }

    /** Writes one value to the generator. */
    @FunctionalInterface
    interface Writer {
        void write() throws IOException;
    }
}
