// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.event.KvOperation;

/**
 * Any bytes are refused or read, and what is read makes sense. Without {@code JAZZER_FUZZ=1} (profile {@code fuzz}) this
 * runs over the checked-in inputs only.
 */
class KvEventDecoderFuzzTest {
    private final KvEventDecoder decoder = new KvEventDecoder(1 << 20);
    private final KvEventEncoder encoder = new KvEventEncoder(WireForm.VLLM_MAP_INTEGERS);

    @FuzzTest(maxDuration = "1m")
    void decode(byte[] bytes) throws KvEventFormatException {
        KvEventBatch batch;
        try {
            batch = Measured.decode(decoder, bytes);
        } catch (KvEventFormatException refused) {
            assertThat(refused).hasMessageContaining("byte ").hasMessageContaining("\nMaybe ");
            return;
        }

        assertThat(batch.events().size() + batch.malformed() + batch.unknown()).isLessThanOrEqualTo(bytes.length);
        assertThat(batch.problem() == null).isEqualTo(batch.malformed() == 0);
        for (KvOperation operation : new KvEventNormalizer().normalize(batch)) {
            if (operation instanceof KvOperation.Store store) {
                assertThat(store.firstToken()).isNotNegative();
                assertThat(store.firstToken() % store.event().blockSize()).isZero();
                assertThat(store.event().blocks()).isPositive();
                store.contentKeys(store.event().blocks() - 1);
            }
        }
        // Written in the newest form, all of it is readable again, and the second time nothing changes.
        KvEventBatch again = decoder.decode(encoder.encode(batch));
        assertThat(again.events()).hasSameSizeAs(batch.events());
        assertThat(again.malformed()).isZero();
        assertThat(decoder.decode(encoder.encode(again))).isEqualTo(again);
    }
}
