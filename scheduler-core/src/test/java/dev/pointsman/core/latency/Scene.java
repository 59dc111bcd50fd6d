// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.testkit.TestCycle;
import java.util.concurrent.TimeUnit;

/** Endpoints that say what they are, and columns as producers write them. */
final class Scene {
    static final PredictedLatency LATENCY = PredictedLatency.of(PredictedLatency.PRODUCER);
    static final int BLOCK = 16;

    private Scene() {}

    /** Makes an endpoint that serves Llama 3.1 8B in FP8 on one chip. */
    static Endpoint endpoint(String id, String chip) {
        return labelled(id, chip).build();
    }

    static Endpoint.Builder labelled(String id, String chip) {
        return Endpoint.builder(id, id + ":8000")
                .label(LabelledDeployments.ACCELERATOR, chip)
                .label(LabelledDeployments.MODEL, "llama-3.1-8b")
                .label(LabelledDeployments.DTYPE, "fp8")
                .label(LabelledDeployments.ENGINE, "vLLM");
    }

    static long millis(double millis) {
        return Math.round(millis * TimeUnit.MILLISECONDS.toNanos(1));
    }

    /** Says what an endpoint has cached of a prompt, and what is in flight there. */
    static TestCycle load(TestCycle cycle, String id, int promptBlocks, int cachedBlocks, long requests, long tokens) {
        return cycle.with(PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER), new PrefixMatch(promptBlocks, BLOCK))
                .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), id, cachedBlocks)
                .with(InFlightLoad.REQUESTS, id, requests)
                .with(InFlightLoad.TOKENS, id, tokens);
    }

    /** Says what is left of the objectives on an endpoint, in milliseconds. */
    static TestCycle headrooms(TestCycle cycle, String id, double ttft, double tpot) {
        return cycle.with(LATENCY.ttftHeadroom(), id, millis(ttft))
                .with(LATENCY.tpotHeadroom(), id, millis(tpot))
                .with(LATENCY.ttftHeadroomP90(), id, millis(ttft))
                .with(LATENCY.tpotHeadroomP90(), id, millis(tpot));
    }
}
