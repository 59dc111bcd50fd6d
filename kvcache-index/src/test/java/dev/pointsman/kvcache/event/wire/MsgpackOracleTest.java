// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/** Holds our cursor and writer against msgpack-core. */
class MsgpackOracleTest {
    private final MsgpackReader reader = new MsgpackReader();

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> scalars = Arbitraries.<Object>oneOf(
                Arbitraries.longs(),
                Arbitraries.integers(),
                Arbitraries.bigIntegers()
                        .between(BigInteger.ZERO, BigInteger.TWO.pow(64).subtract(BigInteger.ONE)),
                Arbitraries.doubles(),
                Arbitraries.floats(),
                Arbitraries.strings().ofMaxLength(300),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(300),
                Arbitraries.of(true, false));
        return Arbitraries.recursive(
                () -> scalars,
                inner -> Arbitraries.oneOf(
                        inner,
                        inner.list().ofMaxSize(20).map(list -> (Object) list),
                        inner.list().ofMaxSize(4).map(MsgpackOracleTest::asMap)),
                0,
                3);
    }

    private static Object asMap(List<Object> values) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            map.put(i, values.get(i));
        }
        return map;
    }

    @Property
    void everyValue_isSkippedAsAWhole_andReadAsItWas(@ForAll("values") Object value) throws KvEventFormatException {
        byte[] bytes = Packed.of(value);

        reader.over(bytes, 0, bytes.length);
        reader.skip();
        assertThat(reader.remaining()).isZero();

        reader.over(bytes, 0, bytes.length);
        assertRead(value);
        assertThat(reader.remaining()).isZero();
    }

    private void assertRead(Object value) throws KvEventFormatException {
        if (value instanceof BigInteger number) {
            assertThat(reader.integer()).isEqualTo(number.longValue());
        } else if (value instanceof Double || value instanceof Float) {
            assertThat(reader.number()).isEqualTo(((Number) value).doubleValue());
        } else if (value instanceof Number number) {
            assertThat(reader.integer()).isEqualTo(number.longValue());
        } else if (value instanceof String text) {
            assertThat(reader.text())
                    .isEqualTo(text.codePoints()
                            // A lone surrogate is no text in UTF-8; packers write a question mark.
                            .map(point ->
                                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? '?' : point)
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                            .toString());
        } else if (value instanceof byte[] bytes) {
            assertThat(reader.hex()).isEqualTo(HexFormat.of().formatHex(bytes));
        } else if (value instanceof List<?> list) {
            assertThat(reader.array()).isEqualTo(list.size());
            for (Object element : list) {
                assertRead(element);
            }
        } else if (value instanceof Map<?, ?> map) {
            assertThat(reader.map()).isEqualTo(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                assertRead(entry.getKey());
                assertRead(entry.getValue());
            }
        } else {
            assertThat(reader.type()).isEqualTo(MsgpackReader.BOOLEAN);
            reader.skip();
        }
    }

    @Property(tries = 5000)
    void anyBytes_areSkippedAsFarAsTheOracleDoes_orRefusedAsItDoes(@ForAll byte[] bytes) {
        assertAgreed(bytes);
    }

    @Property(tries = 2000)
    void changedBytes_areSkippedAsFarAsTheOracleDoes(@ForAll("values") Object value, @ForAll Random random) {
        byte[] bytes = Packed.of(value);
        for (int i = 0; i < 3; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }

        assertAgreed(bytes);
    }

    private void assertAgreed(byte[] bytes) {
        long ours = ours(bytes);
        long oracle = oracle(bytes);
        // The oracle counts what is still to come in 32 bits; claims of 2^31 and more overflow it, and it stops early.
        boolean overflowed = ours < 0 && claimsLots(bytes);
        if (!overflowed) {
            assertThat(ours).isEqualTo(oracle);
        }
    }

    /** Tells whether there is what may be the head of an array or a map of 2^16 elements or more. */
    private static boolean claimsLots(byte[] bytes) {
        for (int i = 0; i + 2 < bytes.length; i++) {
            boolean wide = bytes[i] == (byte) 0xdd || bytes[i] == (byte) 0xdf;
            if (wide && (bytes[i + 1] != 0 || bytes[i + 2] != 0)) {
                return true;
            }
        }
        return false;
    }

    /** Returns how many bytes the first value takes, or -1 if there is none. */
    private long ours(byte[] bytes) {
        reader.over(bytes, 0, bytes.length);
        try {
            reader.skip();
            return reader.position();
        } catch (KvEventFormatException refused) {
            return -1;
        }
    }

    private static long oracle(byte[] bytes) {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
            unpacker.skipValue();
            return unpacker.getTotalReadBytes();
        } catch (IOException | MessagePackException refused) {
            return -1;
        }
    }

    @Property
    void writer_writesWhatTheOracleWrites(
            @ForAll long number, @ForAll double real, @ForAll("lengths") int length, @ForAll("values") Object any) {
        MsgpackWriter writer = new MsgpackWriter();
        String text = "x".repeat(length);
        byte[] bytes = new byte[length];

        writer.integer(number);
        assertThat(writer.take()).isEqualTo(Packed.of(number));
        writer.unsigned(number);
        assertThat(writer.take()).isEqualTo(Packed.of(new BigInteger(Long.toUnsignedString(number))));
        writer.number(real);
        assertThat(writer.take()).isEqualTo(Packed.of(real));
        writer.text(text);
        assertThat(writer.take()).isEqualTo(Packed.of(text));
        writer.bytes(bytes);
        assertThat(writer.take()).isEqualTo(Packed.of(bytes));
        writer.array(length);
        byte[] list = Packed.of(Arrays.asList(new Object[length]));
        assertThat(writer.take()).isEqualTo(Arrays.copyOf(list, list.length - length));
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.oneOf(
                Arbitraries.of(0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536, 70000),
                Arbitraries.integers().between(0, 300));
    }

    @Test
    void equalTexts_areOneString_whateverElseWasRead() throws KvEventFormatException {
        byte[] bytes = Packed.of(List.of("GPU", "CPU", "full_attention", "GPU"));
        reader.over(bytes, 0, bytes.length);
        assertThat(reader.array()).isEqualTo(4);
        String first = reader.text();
        assertThat(reader.text()).isEqualTo("CPU");
        assertThat(reader.text()).isEqualTo("full_attention");

        assertThat(reader.text()).isSameAs(first);
    }

    @Property
    void textsInTheCache_areNotMixedUp(@ForAll List<String> texts) throws KvEventFormatException {
        for (String text : texts) {
            byte[] bytes = Packed.of(text.replaceAll("[\\ud800-\\udfff]", ""));
            reader.over(bytes, 0, bytes.length);
            assertThat(reader.text()).isEqualTo(text.replaceAll("[\\ud800-\\udfff]", ""));
        }
    }

    @Test
    void tokens_areReadInEveryWidth() throws KvEventFormatException {
        int[] expected = {0, 127, 128, 255, 256, 65535, 65536, Integer.MAX_VALUE, -1};
        Object[] packed = new Object[expected.length];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = Integer.toUnsignedLong(expected[i]);
        }
        byte[] bytes = Packed.of(Arrays.asList(packed));
        int[] tokens = new int[expected.length];
        reader.over(bytes, 0, bytes.length);

        reader.array();
        reader.tokens(tokens);

        assertThat(tokens).containsExactly(expected);
        assertThat(reader.remaining()).isZero();
        for (int length = 3; length < bytes.length; length++) {
            reader.over(bytes, 0, length);
            reader.position(1);
            assertThatThrownBy(() -> reader.tokens(new int[expected.length]))
                    .isInstanceOf(KvEventFormatException.class);
        }
    }

    @Test
    void shortAndLongBytes_areHashes() throws KvEventFormatException {
        assertThat(hash(new byte[] {(byte) 0xff})).isEqualTo(0xff);
        assertThat(hash(new byte[] {1, 2, 3, 4, 5, 6, 7})).isEqualTo(0x01020304050607L);
        assertThat(hash(new byte[] {9, 1, 2, 3, 4, 5, 6, 7, (byte) 0x88})).isEqualTo(0x0102030405060788L);
        assertThatThrownBy(() -> hash(new byte[0])).isInstanceOf(KvEventFormatException.class);
        assertThatThrownBy(() -> hash("text")).isInstanceOf(KvEventFormatException.class);
    }

    private long hash(@Nullable Object value) throws KvEventFormatException {
        byte[] bytes = Packed.of(value);
        reader.over(bytes, 0, bytes.length);
        return reader.hash();
    }
}
