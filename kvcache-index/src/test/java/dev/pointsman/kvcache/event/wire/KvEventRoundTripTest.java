// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What an encoder writes, the decoder of the same format reads. */
class KvEventRoundTripTest {
    private static final BlockStored STORED = BlockStored.builder(4, 1, 2)
            .tokens(1, 2, 3, 4, 5, 6, 7, 8)
            .medium("GPU")
            .loraName("adapter")
            .group(0)
            .kind("full_attention")
            .cacheSalt("salt")
            .build();

    /** A form and a batch that it can say. */
    record Case(WireForm form, KvEventBatch batch) {}

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.of(WireForm.values())
                .flatMap(form -> KvEventArbitraries.batches(form).map(batch -> new Case(form, batch)));
    }

    @Property(tries = 2000)
    void everyForm_isReadAsItWasMeant(@ForAll("cases") Case each) throws KvEventFormatException {
        byte[] bytes = new KvEventEncoder(each.form).encode(each.batch);

        assertThat(new KvEventDecoder().decode(bytes)).isEqualTo(each.batch);
    }

    @Property
    void truncatedBatch_isRefused(@ForAll("cases") Case each, @ForAll double where) {
        byte[] bytes = new KvEventEncoder(each.form).encode(each.batch);
        int length = (int) Math.floorMod(Double.doubleToLongBits(where), (long) bytes.length);

        assertThatThrownBy(() -> new KvEventDecoder().decode(bytes, 0, length))
                .isInstanceOf(KvEventFormatException.class);
    }

    @Provide
    Arbitrary<List<KvEvent>> tensorRtLlmEvents() {
        return KvEventArbitraries.tensorRtLlmEvents();
    }

    @Property
    void tensorRtLlm_isReadAsItWasMeant(@ForAll("tensorRtLlmEvents") List<KvEvent> events)
            throws KvEventFormatException {
        TensorRtLlmEncoder encoder = new TensorRtLlmEncoder(OptionalInt.of(3), 4096);
        TensorRtLlmDecoder decoder = new TensorRtLlmDecoder(4);

        List<TensorRtLlmBatch> created = decoder.decode(encoder.created(100, 50));
        List<TensorRtLlmBatch> batches = decoder.decode(encoder.encode(events));

        assertThat(created)
                .containsExactly(
                        new TensorRtLlmBatch(0, 1, new KvEventBatch(Double.NaN, OptionalInt.of(3), List.of())));
        if (events.isEmpty()) {
            assertThat(batches).isEmpty();
        } else {
            assertThat(batches)
                    .containsExactly(new TensorRtLlmBatch(
                            1, 1 + events.size(), new KvEventBatch(Double.NaN, OptionalInt.of(3), events)));
        }
    }

    @Test
    void firstForm_isWrittenByteForByteAsTheEngineDid() {
        KvEventBatch batch = new KvEventBatch(
                1.5,
                OptionalInt.empty(),
                List.of(BlockStored.builder(4, 1, 2)
                        .tokens(1, 2, 3, 4, 5, 6, 7, 8)
                        .build()));

        assertThat(new KvEventEncoder(WireForm.VLLM_FIRST).encode(batch))
                .asHexString()
                .isEqualToIgnoringCase(
                        "92cb3ff80000000000009196ab426c6f636b53746f726564920102c098010203040506070804c0");
    }

    @Test
    void whatAFormHasNoPlaceFor_isLeftOut() throws KvEventFormatException {
        KvEventBatch batch = new KvEventBatch(
                1,
                OptionalInt.empty(),
                List.of(STORED, BlockRemoved.builder(1).medium("GPU").group(3).build()));

        KvEventBatch read = new KvEventDecoder().decode(new KvEventEncoder(WireForm.SGLANG_METADATA).encode(batch));

        assertThat(read.events())
                .containsExactly(
                        BlockStored.builder(4, 1, 2)
                                .tokens(1, 2, 3, 4, 5, 6, 7, 8)
                                .medium("GPU")
                                .cacheSalt("salt")
                                .build(),
                        BlockRemoved.builder(1).medium("GPU").build());
    }

    @Test
    void whatAnEngineCannotSay_isRefused_andTheEncoderGoesOn() throws KvEventFormatException {
        KvEventEncoder encoder = new KvEventEncoder(WireForm.VLLM_MAP);
        KvEventBatch moved = new KvEventBatch(1, OptionalInt.empty(), List.of(STORED, new BlockMoved(1, "GPU", "CPU")));
        KvEventBatch removed = new KvEventBatch(
                2, OptionalInt.empty(), List.of(BlockRemoved.builder(1).build()));

        assertThatThrownBy(() -> encoder.encode(moved))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\nMaybe ");
        assertThat(new KvEventDecoder().decode(encoder.encode(removed))).isEqualTo(removed);
    }

    @Test
    void digests_endWithTheHash() {
        KvEventBatch batch = new KvEventBatch(
                1,
                OptionalInt.empty(),
                List.of(BlockRemoved.builder(0x0102030405060708L).build()));

        String hex = HexFormat.of().formatHex(new KvEventEncoder(WireForm.VLLM_ARRAY).encode(batch));

        assertThat(hex).contains("91c420").endsWith("0102030405060708");
    }
}
