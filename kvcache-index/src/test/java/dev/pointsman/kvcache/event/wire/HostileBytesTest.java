// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.event.KvEventBatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that claim more than they have, and bytes that make the most of what they are. */
class HostileBytesTest {
    private final KvEventDecoder decoder = new KvEventDecoder();

    /** Heads that claim a gigabyte, where a batch has its events, hashes, tokens, keys, texts and more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dd40000000",
                "df40000000",
                "db40000000",
                "c640000000",
                "9201dd40000000",
                "9201ddffffffff",
                "920191dd40000000ac426c6f636b52656d6f766564",
                "92019192ac426c6f636b52656d6f766564dd40000000",
                "92019192ac426c6f636b52656d6f76656491c640000000",
                "92019195ab426c6f636b53746f7265649101c0dd4000000004",
                "92019199ab426c6f636b53746f7265649101c0910104c0c0c0dd40000000",
                "92019199ab426c6f636b53746f7265649101c0910104c0c0c091dd40000000",
                "92019193ac426c6f636b52656d6f7665649101db40000000",
                "920191df40000000a474797065ac426c6f636b52656d6f766564",
                "92019182a474797065ac426c6f636b52656d6f766564ac626c6f636b5f686173686573dd40000000",
                "92019193ac426c6f636b52656d6f7665649101c940000000",
                "920190c940000000",
            })
    void claims_costNothing(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThatThrownBy(() -> Measured.decode(decoder, bytes))
                .isInstanceOf(KvEventFormatException.class)
                .hasMessageContaining("expected ")
                .hasMessageContaining("but found ");
    }

    @Test
    void smallestEventsThereAre_takeBoundedMemory() throws KvEventFormatException {
        byte[] cleared = Packed.of(List.of("AllBlocksCleared"));
        byte[] stored = Packed.of(Packed.list("BlockStored", List.of(), null, List.of(), 0));
        byte[] keys = Packed.of(Packed.list(
                "BlockStored", List.of(), null, List.of(), 0, null, null, null, List.of(List.of("a"), List.of("b"))));

        for (byte[] event : List.of(cleared, stored, keys)) {
            KvEventBatch batch = Measured.decode(decoder, repeated(event, 100_000));
            assertThat(batch.events()).hasSize(100_000);
        }
    }

    @Test
    void mostExtraKeysThatABatchMayHave_takeBoundedMemory() throws KvEventFormatException {
        byte[] block = Packed.of(List.of("a"));
        byte[] head = HexFormat.of().parseHex("92019199ab426c6f636b53746f7265649101c0910101c0c0c0dd00040000");
        byte[] bytes = Arrays.copyOf(head, head.length + (1 << 18) * block.length);
        for (int at = head.length; at < bytes.length; at += block.length) {
            System.arraycopy(block, 0, bytes, at, block.length);
        }
        assertThat(Measured.decode(decoder, bytes).malformed()).isZero();

        byte[] more = Arrays.copyOf(bytes, bytes.length + block.length);
        System.arraycopy(block, 0, more, bytes.length, block.length);
        more[head.length - 1] = 1;
        assertThat(Measured.decode(decoder, more).problem()).contains("expected at most 262144 extra keys");
    }

    @Test
    void moreHashesThanARealBatchCanHave_costThatEventOnly() throws KvEventFormatException {
        int most = 1 << 20;
        byte[] enough = hashes(most);
        byte[] more = hashes(most + 1);

        assertThat(Measured.decode(decoder, enough).malformed()).isZero();
        KvEventBatch refused = Measured.decode(decoder, more);
        assertThat(refused.problem()).contains("expected at most 1048576 block hashes in a batch, but found more");
        assertThat(refused.malformedStores()).isZero();
        assertThat(refused.malformedOthers()).isEqualTo(1);
    }

    /** A batch that removes so many blocks, a byte each. */
    private static byte[] hashes(int count) {
        byte[] head = HexFormat.of()
                .parseHex(
                        "92019192ac426c6f636b52656d6f766564dd" + HexFormat.of().toHexDigits(count));
        return Arrays.copyOf(head, head.length + count);
    }

    @Test
    void nestedHeads_areNoProblem() {
        byte[] bytes = new byte[1 << 20];
        Arrays.fill(bytes, (byte) 0x91);

        assertThatThrownBy(() -> Measured.decode(decoder, bytes)).isInstanceOf(KvEventFormatException.class);
    }

    @Test
    void json_takesBoundedMemory() throws KvEventFormatException {
        String block = "{\"block_hash\":1}";
        String json = "{\"event_id\":0,\"data\":{\"type\":\"stored\",\"blocks\":[" + (block + ",").repeat(50_000)
                + block + "]}}";

        List<TensorRtLlmBatch> batches =
                Measured.decode(new TensorRtLlmDecoder(32), json.getBytes(StandardCharsets.US_ASCII));

        assertThat(batches.get(0).batch().events()).hasSize(50_001);
    }

    private static byte[] repeated(byte[] event, int count) {
        byte[] bytes = new byte[7 + count * event.length];
        bytes[0] = (byte) 0x92;
        bytes[1] = 1;
        bytes[2] = (byte) 0xdd;
        bytes[3] = (byte) (count >> 24);
        bytes[4] = (byte) (count >> 16);
        bytes[5] = (byte) (count >> 8);
        bytes[6] = (byte) count;
        for (int i = 0; i < count; i++) {
            System.arraycopy(event, 0, bytes, 7 + i * event.length, event.length);
        }
        return bytes;
    }
}
