// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import java.util.List;

/** Any bytes are refused or read. Runs over the checked-in inputs only, but for the profile {@code fuzz}. */
class TensorRtLlmDecoderFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void decode(byte[] json) {
        List<TensorRtLlmBatch> batches;
        try {
            batches = Measured.decode(new TensorRtLlmDecoder(2, 1 << 20), json);
        } catch (KvEventFormatException refused) {
            assertThat(refused).hasMessageContaining("\nMaybe ");
            return;
        }

        KvEventNormalizer normalizer = new KvEventNormalizer();
        for (TensorRtLlmBatch each : batches) {
            assertThat(each.next()).isGreaterThan(each.first());
            normalizer.normalize(each.batch());
        }
    }
}
