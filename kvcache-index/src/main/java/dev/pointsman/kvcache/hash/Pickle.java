// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Python's pickle, protocol 5 (PEP 574; the C implementation of CPython 3.8 and later), of the values that block hashes
 * are made of. Each bytes object, text and tuple is followed by the mark that it is remembered. CPython writes an object
 * that it has written before as a reference to it, which depends on the identity of objects in the engine's memory; here
 * every value is taken for an object of its own. A value whose pickle would have more than one frame (64 KiB) is refused.
 */
final class Pickle implements BlockEncoding {
    private static final int FRAME_LIMIT = 64 * 1024;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Override
    public byte[] text(String text) {
        out.reset();
        writeText(text);
        return framed();
    }

    @Override
    public byte[] block(byte[] parent, int[] tokens, int from, int to, VllmExtraKeys extraKeys) {
        out.reset();
        writeBytes(parent);
        startTuple(to - from);
        for (int i = from; i < to; i++) {
            writeNumber(Integer.toUnsignedLong(tokens[i]));
        }
        endTuple(to - from);
        if (extraKeys.values().isEmpty()) {
            out.write('N');
        } else {
            writeTuple(extraKeys.values());
        }
        endTuple(3);
        return framed();
    }

    private void writeTuple(List<?> values) {
        startTuple(values.size());
        for (Object value : values) {
            if (value instanceof List<?> list) {
                writeTuple(list);
            } else if (value instanceof String text) {
                writeText(text);
            } else if (value instanceof Long number) {
                writeNumber(number);
            } else {
                writeBytes((byte[]) value);
            }
        }
        endTuple(values.size());
    }

    /** Tuples of up to three elements have operations of their own, which need no mark before the elements. */
    private void startTuple(int size) {
        if (size > 3) {
            out.write('(');
        }
    }

    private void endTuple(int size) {
        if (size == 0) {
            out.write(')'); // the one empty tuple, which is not remembered
            return;
        }
        out.write(size > 3 ? 't' : 0x84 + size);
        remember();
    }

    private void writeBytes(byte[] bytes) {
        writeSized('C', 'B', bytes);
    }

    private void writeText(String text) {
        writeSized(0x8c, 'X', text.getBytes(UTF_8));
    }

    private void writeSized(int shortOperation, int operation, byte[] bytes) {
        if (bytes.length < 0x100) {
            out.write(shortOperation);
            out.write(bytes.length);
        } else {
            out.write(operation);
            writeLittleEndian(bytes.length, Integer.BYTES);
        }
        out.writeBytes(bytes);
        remember();
    }

    private void writeNumber(long number) {
        if (number == (number & 0xff)) {
            out.write('K');
            out.write((int) number);
        } else if (number == (number & 0xffff)) {
            out.write('M');
            writeLittleEndian(number, Short.BYTES);
        } else if (number == (int) number) {
            out.write('J');
            writeLittleEndian(number, Integer.BYTES);
        } else {
            // As few bytes as hold the number and its sign.
            long magnitude = number < 0 ? ~number : number;
            int bytes = (Long.SIZE - Long.numberOfLeadingZeros(magnitude)) / Byte.SIZE + 1;
            out.write(0x8a);
            out.write(bytes);
            writeLittleEndian(number, bytes);
        }
    }

    private void writeLittleEndian(long number, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (number >> (Byte.SIZE * i)));
        }
    }

    private void remember() {
        out.write(0x94);
    }

    private byte[] framed() {
        out.write('.');
        byte[] body = out.toByteArray();
        if (body.length >= FRAME_LIMIT) {
            throw new IllegalArgumentException("block: its pickle must have less than " + FRAME_LIMIT
                    + " bytes, but had " + body.length + ".\nMaybe use smaller blocks, or an algorithm over CBOR.");
        }
        out.reset();
        out.write(0x80);
        out.write(5);
        out.write(0x95);
        writeLittleEndian(body.length, Long.BYTES);
        out.writeBytes(body);
        return out.toByteArray();
    }
}
