// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.shape;

import dev.pointsman.replay.stats.LongSamples;
import dev.pointsman.replay.trace.TraceRequest;

/** Collects the lengths of requests. Not thread-safe. */
final class LengthRecorder {
    final LongSamples input = new LongSamples();
    final LongSamples output = new LongSamples();
    final LongSamples blocks = new LongSamples();

    void add(TraceRequest request) {
        input.add(request.inputTokens());
        output.add(request.outputTokens());
        blocks.add(request.blocks().length);
    }
}
