// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over MessagePack in a range of a byte array: no tree, no boxes, nothing allocated but what a caller keeps.
 *
 * <p>Bytes are not trusted. No read leaves the range. An array of n elements needs n bytes at least and a map 2n, so a
 * length that is claimed but not there is refused before anybody allocates for it. Skipping counts the values that are
 * still to come instead of recursing, so no nesting is too deep for it.
 *
 * <p>Short texts come from a small cache, since keys, media and adapters are always the same few.
 *
 * <p>Not thread-safe. Format: <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">the specification</a>.
 */
final class MsgpackReader {
    /** What the next value is; see {@link #type}. */
    static final int NIL = 0;

    static final int BOOLEAN = 1;
    static final int INTEGER = 2;
    static final int FLOAT = 3;
    static final int TEXT = 4;
    static final int BYTES = 5;
    static final int ARRAY = 6;
    static final int MAP = 7;
    static final int EXTENSION = 8;
    static final int INVALID = 9;

    private static final String[] NAMES = {
        "nil",
        "a boolean",
        "an integer",
        "a float",
        "a text",
        "bytes",
        "an array",
        "a map",
        "an extension",
        "the byte 0xc1, which MessagePack never uses"
    };

    private static final byte[] TYPES = types();

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private static final long[] NO_HASHES = {};

    private static final int CACHED_TEXTS = 256;
    private static final int CACHED_LENGTH = 64;

    private final byte[][] cachedBytes = new byte[CACHED_TEXTS][];
    private final @Nullable String[] cachedTexts = new String[CACHED_TEXTS];

    private final int mostHashes;

    private byte[] bytes = {};
    private int start;
    private int at;
    private int end;
    private int hashesLeft;

    /** Makes a cursor that stands nowhere, for any number of block hashes. */
    MsgpackReader() {
        this(Integer.MAX_VALUE);
    }

    /** Makes a cursor that stands nowhere, and reads so many block hashes in a range at most. */
    MsgpackReader(int mostHashes) {
        this.mostHashes = mostHashes;
    }

    private static byte[] types() {
        byte[] types = new byte[256];
        Arrays.fill(types, 0x00, 0x80, (byte) INTEGER);
        Arrays.fill(types, 0x80, 0x90, (byte) MAP);
        Arrays.fill(types, 0x90, 0xa0, (byte) ARRAY);
        Arrays.fill(types, 0xa0, 0xc0, (byte) TEXT);
        types[0xc0] = NIL;
        types[0xc1] = INVALID;
        Arrays.fill(types, 0xc2, 0xc4, (byte) BOOLEAN);
        Arrays.fill(types, 0xc4, 0xc7, (byte) BYTES);
        Arrays.fill(types, 0xc7, 0xca, (byte) EXTENSION);
        Arrays.fill(types, 0xca, 0xcc, (byte) FLOAT);
        Arrays.fill(types, 0xcc, 0xd4, (byte) INTEGER);
        Arrays.fill(types, 0xd4, 0xd9, (byte) EXTENSION);
        Arrays.fill(types, 0xd9, 0xdc, (byte) TEXT);
        Arrays.fill(types, 0xdc, 0xde, (byte) ARRAY);
        Arrays.fill(types, 0xde, 0xe0, (byte) MAP);
        Arrays.fill(types, 0xe0, 0x100, (byte) INTEGER);
        return types;
    }

    /** Points at the first byte of a range, which the caller has checked. */
    void over(byte[] bytes, int offset, int length) {
        this.hashesLeft = mostHashes;
        this.bytes = bytes;
        this.start = offset;
        this.at = offset;
        this.end = offset + length;
    }

    /** Lets go of the bytes. */
    void release() {
        over(new byte[0], 0, 0);
    }

    /** Returns where the next value begins, in bytes from the range's first. */
    int position() {
        return at - start;
    }

    /** Goes back to where a value began. */
    void position(int position) {
        at = start + position;
    }

    /** Returns how many bytes are left. */
    int remaining() {
        return end - at;
    }

    /** Returns what the next value is. */
    int type() throws KvEventFormatException {
        if (at >= end) {
            throw truncated(1);
        }
        return TYPES[bytes[at] & 0xff];
    }

    /** Reads the head of an array and returns the number of elements, all of which may be there. */
    int array() throws KvEventFormatException {
        int from = at;
        int head = head("an array");
        int length;
        if ((head & 0xf0) == 0x90) {
            length = head & 0x0f;
        } else if (head == 0xdc) {
            length = unsigned16();
        } else if (head == 0xdd) {
            length = length32();
        } else {
            throw mismatch(from, "an array");
        }
        if (length > remaining()) {
            throw overlong(from, "an array of " + length, length);
        }
        return length;
    }

    /** Reads the head of a map and returns the number of entries, all of which may be there. */
    int map() throws KvEventFormatException {
        int from = at;
        int head = head("a map");
        int length;
        if ((head & 0xf0) == 0x80) {
            length = head & 0x0f;
        } else if (head == 0xde) {
            length = unsigned16();
        } else if (head == 0xdf) {
            length = length32();
        } else {
            throw mismatch(from, "a map");
        }
        if (2L * length > remaining()) {
            throw overlong(from, "a map of " + length, 2L * length);
        }
        return length;
    }

    /** Reads nil if that is next, and tells whether it was. */
    boolean nil() {
        if (at < end && bytes[at] == (byte) 0xc0) {
            at++;
            return true;
        }
        return false;
    }

    /** Reads an integer as 64 bits; an unsigned one of 2^63 or more comes out negative. */
    long integer() throws KvEventFormatException {
        int from = at;
        int head = head("an integer");
        if (head < 0x80) {
            return head;
        }
        if (head >= 0xe0) {
            return (byte) head;
        }
        switch (head) {
            case 0xcc:
                need(1);
                return bytes[at++] & 0xff;
            case 0xcd:
                return unsigned16();
            case 0xce:
                return int32() & 0xffffffffL;
            case 0xcf, 0xd3:
                return int64();
            case 0xd0:
                need(1);
                return bytes[at++];
            case 0xd1:
                return (short) unsigned16();
            case 0xd2:
                return int32();
            default:
                throw mismatch(from, "an integer");
        }
    }

    /** Reads an integer from 0 to 2^31 - 1. */
    int count(String what) throws KvEventFormatException {
        int from = at;
        boolean unsigned64 = at < end && bytes[at] == (byte) 0xcf;
        long value = integer();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw outOfRange(from, what, unsigned64 ? Long.toUnsignedString(value) : Long.toString(value));
        }
        return (int) value;
    }

    /** Reads an integer from 0 to 2^31 - 1; -1 for nil, and for any negative number, since some say none by one. */
    int countOrNone(String what) throws KvEventFormatException {
        if (nil()) {
            return -1;
        }
        int from = at;
        if (integer() < 0 && bytes[from] != (byte) 0xcf) {
            return -1;
        }
        at = from;
        return count(what);
    }

    /**
     * Reads token ids, unsigned 32 bits each.
     *
     * @param into where they go, all of its length
     */
    void tokens(int[] into) throws KvEventFormatException {
        byte[] bytes = this.bytes;
        int at = this.at;
        int end = this.end;
        for (int i = 0; i < into.length; i++) {
            // The three forms that a vocabulary takes, with no call between them; what is rare goes the long way.
            if (at < end) {
                int head = bytes[at] & 0xff;
                if (head < 0x80) {
                    into[i] = head;
                    at++;
                    continue;
                }
                if (head == 0xcd && end - at > 2) {
                    into[i] = (short) SHORT.get(bytes, at + 1) & 0xffff;
                    at += 3;
                    continue;
                }
                if (head == 0xce && end - at > 4) {
                    into[i] = (int) INT.get(bytes, at + 1);
                    at += 5;
                    continue;
                }
            }
            this.at = at;
            into[i] = token();
            at = this.at;
        }
        this.at = at;
    }

    /** Reads a token id, unsigned 32 bits. */
    int token() throws KvEventFormatException {
        int from = at;
        long value = integer();
        if (value < 0 || value > 0xffffffffL) {
            throw outOfRange(from, "a token id", Long.toString(value));
        }
        return (int) value;
    }

    /** Reads a block hash: an integer as it is, bytes by their last 8 in big endian. */
    long hash() throws KvEventFormatException {
        if (at >= end) {
            throw truncated(1);
        }
        int head = bytes[at] & 0xff;
        if (TYPES[head] == INTEGER) {
            return integer();
        }
        if (TYPES[head] != BYTES) {
            throw mismatch(at, "a block hash, an integer or bytes");
        }
        int from = at;
        int length = bytes();
        if (length == 0) {
            throw new KvEventFormatException("byte " + (from - start) + ": expected a block hash, but found no bytes.\n"
                    + "Maybe the engine's hash function failed.");
        }
        int last = at + length;
        at = last;
        if (length >= Long.BYTES) {
            return (long) LONG.get(bytes, last - Long.BYTES);
        }
        long hash = 0;
        for (int i = last - length; i < last; i++) {
            hash = (hash << Byte.SIZE) | (bytes[i] & 0xff);
        }
        return hash;
    }

    /** Reads an array of block hashes; nil is an empty one. */
    long[] hashes() throws KvEventFormatException {
        int from = at;
        int count = nil() ? 0 : array();
        if (count == 0) {
            return NO_HASHES;
        }
        if (count > hashesLeft) {
            throw new KvEventFormatException("byte " + (from - start) + ": expected at most " + mostHashes
                    + " block hashes in a batch, but found more.\nMaybe raise the decoder's maxBytes, or the message is"
                    + " hostile.");
        }
        hashesLeft -= count;
        long[] hashes = new long[count];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = hash();
        }
        return hashes;
    }

    /** Reads bytes as lower-case hexadecimal digits. */
    String hex() throws KvEventFormatException {
        int length = bytes();
        String hex = hex(position(), length);
        at += length;
        return hex;
    }

    /** Returns bytes that were read already, or will be, as lower-case hexadecimal digits. */
    String hex(int position, int length) {
        return HexFormat.of().formatHex(bytes, start + position, start + position + length);
    }

    /** Reads a float or an integer. */
    double number() throws KvEventFormatException {
        if (at >= end) {
            throw truncated(1);
        }
        switch (bytes[at] & 0xff) {
            case 0xca:
                at++;
                return Float.intBitsToFloat(int32());
            case 0xcb:
                at++;
                return Double.longBitsToDouble(int64());
            case 0xcf:
                at++;
                long value = int64();
                return value >= 0 ? value : (value >>> 1) * 2.0;
            default:
                if (TYPES[bytes[at] & 0xff] != INTEGER) {
                    throw mismatch(at, "a number");
                }
                return integer();
        }
    }

    /** Reads a text; what is not UTF-8 in it is replaced. */
    String text() throws KvEventFormatException {
        int from = at;
        int head = head("a text");
        int length;
        if ((head & 0xe0) == 0xa0) {
            length = head & 0x1f;
        } else if (head == 0xd9) {
            need(1);
            length = bytes[at++] & 0xff;
        } else if (head == 0xda) {
            length = unsigned16();
        } else if (head == 0xdb) {
            length = length32();
        } else {
            throw mismatch(from, "a text");
        }
        if (length > remaining()) {
            throw overlong(from, "a text of " + length + " bytes", length);
        }
        int first = at;
        at += length;
        return length <= CACHED_LENGTH ? cached(first, length) : new String(bytes, first, length, UTF_8);
    }

    /** Reads a text, or nil as null. */
    @Nullable
    String textOrNil() throws KvEventFormatException {
        return nil() ? null : text();
    }

    /** Reads the key of a map's entry; one that is no text comes out as an empty one, since none such is known. */
    String key() throws KvEventFormatException {
        if (type() == TEXT) {
            return text();
        }
        skip();
        return "";
    }

    private String cached(int first, int length) {
        int hash = length;
        for (int i = first; i < first + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        int slot = (hash ^ (hash >>> 15)) & (CACHED_TEXTS - 1);
        String text = cachedTexts[slot];
        if (text == null
                || !Arrays.equals(cachedBytes[slot], 0, cachedBytes[slot].length, bytes, first, first + length)) {
            text = new String(bytes, first, length, UTF_8);
            cachedTexts[slot] = text;
            cachedBytes[slot] = Arrays.copyOfRange(bytes, first, first + length);
        }
        return text;
    }

    /** Reads over the next value and all within it. */
    void skip() throws KvEventFormatException {
        skip(1);
    }

    /** Reads over so many values and all within them. */
    void skip(long values) throws KvEventFormatException {
        long pending = values;
        while (pending > 0) {
            pending--;
            int from = at;
            int head = head("a value");
            switch (TYPES[head]) {
                case INTEGER, FLOAT:
                    skipBytes(numberLength(head));
                    break;
                case TEXT:
                    at = from;
                    skipText();
                    break;
                case BYTES:
                    at = from;
                    skipBytes(bytes());
                    break;
                case ARRAY:
                    at = from;
                    pending += array();
                    break;
                case MAP:
                    at = from;
                    pending += 2L * map();
                    break;
                case EXTENSION:
                    skipExtension(head);
                    break;
                case INVALID:
                    throw mismatch(from, "a value");
                default:
                    break;
            }
        }
    }

    private static int numberLength(int head) {
        switch (head) {
            case 0xcc, 0xd0:
                return 1;
            case 0xcd, 0xd1:
                return 2;
            case 0xca, 0xce, 0xd2:
                return 4;
            case 0xcb, 0xcf, 0xd3:
                return 8;
            default:
                return 0;
        }
    }

    private void skipText() throws KvEventFormatException {
        int head = bytes[at++] & 0xff;
        switch (head) {
            case 0xd9:
                need(1);
                skipBytes(bytes[at++] & 0xff);
                break;
            case 0xda:
                skipBytes(unsigned16());
                break;
            case 0xdb:
                skipBytes(length32());
                break;
            default:
                skipBytes(head & 0x1f);
                break;
        }
    }

    private void skipExtension(int head) throws KvEventFormatException {
        switch (head) {
            case 0xc7:
                need(1);
                skipBytes(1L + (bytes[at++] & 0xff));
                break;
            case 0xc8:
                skipBytes(1L + unsigned16());
                break;
            case 0xc9:
                skipBytes(1L + length32());
                break;
            default:
                skipBytes(1L + (1 << (head - 0xd4)));
                break;
        }
    }

    private void skipBytes(long count) throws KvEventFormatException {
        need(count);
        at += (int) count;
    }

    /** Reads the head of bytes and returns their number, all of which are there. */
    private int bytes() throws KvEventFormatException {
        int from = at;
        int head = head("bytes");
        int length;
        switch (head) {
            case 0xc4:
                need(1);
                length = bytes[at++] & 0xff;
                break;
            case 0xc5:
                length = unsigned16();
                break;
            case 0xc6:
                length = length32();
                break;
            default:
                throw mismatch(from, "bytes");
        }
        if (length > remaining()) {
            throw overlong(from, length + " bytes", length);
        }
        return length;
    }

    private int head(String expected) throws KvEventFormatException {
        if (at >= end) {
            throw new KvEventFormatException("byte " + position() + ": expected " + expected
                    + ", but found the end.\nMaybe the message was cut off.");
        }
        return bytes[at++] & 0xff;
    }

    private int unsigned16() throws KvEventFormatException {
        need(Short.BYTES);
        int value = (short) SHORT.get(bytes, at) & 0xffff;
        at += Short.BYTES;
        return value;
    }

    private int int32() throws KvEventFormatException {
        need(Integer.BYTES);
        int value = (int) INT.get(bytes, at);
        at += Integer.BYTES;
        return value;
    }

    private long int64() throws KvEventFormatException {
        need(Long.BYTES);
        long value = (long) LONG.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    /** Reads an unsigned length; what a Java array could not hold is taken for the most that it could. */
    private int length32() throws KvEventFormatException {
        int length = int32();
        return length < 0 ? Integer.MAX_VALUE : length;
    }

    private void need(long count) throws KvEventFormatException {
        if (count > end - at) {
            throw truncated(count);
        }
    }

    /** What to say of a value that is not of the type that is expected; the value begins at an index of the array. */
    private KvEventFormatException mismatch(int from, String expected) {
        at = from;
        return new KvEventFormatException("byte " + (from - start) + ": expected " + expected + ", but found "
                + NAMES[TYPES[bytes[from] & 0xff]]
                + ".\nMaybe the engine is newer than this version knows, or the message is not a batch of events.");
    }

    /** What to say of the next value. */
    KvEventFormatException mismatch(String expected) {
        return at >= end ? truncated(1) : mismatch(at, expected);
    }

    private KvEventFormatException overlong(int from, String claim, long needed) {
        return new KvEventFormatException("byte " + (from - start) + ": expected at least " + needed + " bytes for "
                + claim + ", but found " + remaining() + ".\nMaybe the message was cut off, or is hostile.");
    }

    private KvEventFormatException outOfRange(int from, String what, String value) {
        return new KvEventFormatException("byte " + (from - start) + ": expected " + what + " in its range, but found "
                + value + ".\nMaybe a signed number was written as an unsigned one.");
    }

    private KvEventFormatException truncated(long count) {
        return new KvEventFormatException("byte " + position() + ": expected " + count + " more bytes, but found "
                + (end - at) + ".\nMaybe the message was cut off.");
    }
}
