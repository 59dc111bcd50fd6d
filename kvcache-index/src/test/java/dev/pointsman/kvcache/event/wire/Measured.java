// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Decodes, and fails if that took more memory than the bytes could account for. */
final class Measured {
    /** For the messages of up to 1,024 malformed events, and what the JVM itself allocates now and then. */
    private static final long FIXED = 4 << 20;

    private static final long PER_BYTE_OF_JSON = 128;

    private Measured() {}

    /** Something that decodes. */
    private interface Decoding<T> {
        T decode() throws KvEventFormatException;
    }

    static KvEventBatch decode(KvEventDecoder decoder, byte[] bytes) throws KvEventFormatException {
        return measured(() -> decoder.decode(bytes), promised(bytes.length));
    }

    static List<TensorRtLlmBatch> decode(TensorRtLlmDecoder decoder, byte[] json) throws KvEventFormatException {
        return measured(() -> decoder.decode(json), PER_BYTE_OF_JSON * json.length);
    }

    /** What {@link KvEventDecoder} promises. */
    private static long promised(long length) {
        return Math.min(64 * length, 32 * length + (32 << 20));
    }

    private static <T> T measured(Decoding<T> decoding, long most) throws KvEventFormatException {
        long bound = FIXED + most;
        long before = allocated();
        try {
            return decoding.decode();
        } finally {
            if (allocated() - before >= bound) {
                assertBoundedOnceMore(decoding, bound);
            }
        }
    }

    /** Measures again: the first time classes are loaded, and a fuzzer rewrites them. */
    private static void assertBoundedOnceMore(Decoding<?> decoding, long bound) {
        long before = allocated();
        try {
            decoding.decode();
        } catch (KvEventFormatException refused) {
            // As the first time.
        }
        assertThat(allocated() - before).as("bytes allocated").isLessThan(bound);
    }

    /** Returns what this thread has allocated, or 0 where the JVM does not count. */
    private static long allocated() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? threads.getCurrentThreadAllocatedBytes()
                : 0;
    }
}
