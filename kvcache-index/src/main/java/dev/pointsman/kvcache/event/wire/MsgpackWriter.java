// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Writes MessagePack into a growing array, each value in its shortest form, as engines do. Not thread-safe. */
final class MsgpackWriter {
    private byte[] bytes = new byte[256];
    private int length;

    /** Returns what was written, and begins anew. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        return taken;
    }

    void nil() {
        put(0xc0);
    }

    void array(int elements) {
        head(elements, 0x90, 16, 0xdc);
    }

    void map(int entries) {
        head(entries, 0x80, 16, 0xde);
    }

    /** Writes a signed integer. */
    void integer(long value) {
        if (value >= 0) {
            unsigned(value);
        } else if (value >= -32) {
            put((int) value);
        } else if (value >= Byte.MIN_VALUE) {
            put(0xd0);
            put((int) value);
        } else if (value >= Short.MIN_VALUE) {
            put(0xd1);
            bigEndian(value, Short.BYTES);
        } else if (value >= Integer.MIN_VALUE) {
            put(0xd2);
            bigEndian(value, Integer.BYTES);
        } else {
            put(0xd3);
            bigEndian(value, Long.BYTES);
        }
    }

    /** Writes an integer of 64 bits unsigned. */
    void unsigned(long value) {
        if (value >= 0 && value < 0x80) {
            put((int) value);
        } else if (value >= 0 && value <= 0xff) {
            put(0xcc);
            put((int) value);
        } else if (value >= 0 && value <= 0xffff) {
            put(0xcd);
            bigEndian(value, Short.BYTES);
        } else if (value >= 0 && value <= 0xffffffffL) {
            put(0xce);
            bigEndian(value, Integer.BYTES);
        } else {
            put(0xcf);
            bigEndian(value, Long.BYTES);
        }
    }

    void number(double value) {
        put(0xcb);
        bigEndian(Double.doubleToRawLongBits(value), Long.BYTES);
    }

    /** Writes a text, or nil for null. */
    void text(@Nullable String text) {
        if (text == null) {
            nil();
            return;
        }
        byte[] utf8 = text.getBytes(UTF_8);
        if (utf8.length > 31 && utf8.length <= 0xff) {
            put(0xd9);
            put(utf8.length);
        } else {
            head(utf8.length, 0xa0, 32, 0xda);
        }
        put(utf8);
    }

    /** Writes bytes. */
    void bytes(byte[] value) {
        if (value.length <= 0xff) {
            put(0xc4);
            put(value.length);
        } else if (value.length <= 0xffff) {
            put(0xc5);
            bigEndian(value.length, Short.BYTES);
        } else {
            put(0xc6);
            bigEndian(value.length, Integer.BYTES);
        }
        put(value);
    }

    /** Writes bytes that are given in hexadecimal digits. */
    void hex(String digits) {
        bytes(HexFormat.of().parseHex(digits));
    }

    /** Writes the head of what has a short form, and two long ones that follow each other. */
    private void head(int size, int shortForm, int shortSizes, int longForm) {
        if (size < shortSizes) {
            put(shortForm | size);
        } else if (size <= 0xffff) {
            put(longForm);
            bigEndian(size, Short.BYTES);
        } else {
            put(longForm + 1);
            bigEndian(size, Integer.BYTES);
        }
    }

    private void bigEndian(long value, int count) {
        reserve(count);
        for (int i = count - 1; i >= 0; i--) {
            bytes[length++] = (byte) (value >> (Byte.SIZE * i));
        }
    }

    private void put(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    private void put(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, length + (length >> 1)));
        }
    }
}
