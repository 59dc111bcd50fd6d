// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static dev.pointsman.core.latency.Scene.LATENCY;
import static dev.pointsman.core.latency.Scene.endpoint;
import static dev.pointsman.core.latency.Scene.labelled;
import static dev.pointsman.core.latency.Scene.load;
import static dev.pointsman.core.latency.Scene.millis;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PredictedLatencyProducerTest {
    private static final int PROMPT = 4096;
    private static final int BLOCKS = PROMPT / Scene.BLOCK;

    private final PredictedLatencyProducer producer =
            PredictedLatencyProducer.builder().build();

    @Test
    void idleEndpoint_isPredictedAsTheCostModelSays() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("a", "h100-sxm")), request());

        cycle.produce(producer);

        Predictor predictor = predictor("h100-sxm");
        double ttft = predictor.prefill(PROMPT, 0).estimate();
        double tpot = predictor.decodeStep(1, PROMPT + 50).estimate();
        assertThat(seconds(cycle, LATENCY.ttft())).isCloseTo(ttft, within(1e-8));
        assertThat(seconds(cycle, LATENCY.tpot())).isCloseTo(tpot, within(1e-8));
        assertThat(seconds(cycle, LATENCY.ttftP90()))
                .isCloseTo(predictor.prefill(PROMPT, 0).p90(), within(1e-8));
        assertThat(cycle.numbers(LATENCY.slowdown())).containsEntry("a", 0L);
        double usdPerSecond = AcceleratorCatalog.shipped()
                        .get("h100-sxm")
                        .price()
                        .orElseThrow()
                        .usdPerHour()
                / 3600;
        assertThat(cycle.numbers(LATENCY.dollars()).get("a"))
                .isCloseTo(usdPerSecond * (ttft + 100 * tpot), within(1e-12));
        assertThat(cycle.attribute(LATENCY.outputTokens())).isEqualTo(100);
    }

    @Test
    void endpointThatIsDescribedAnew_isPredictedAnew() {
        Fleet fleet = Fleet.of(endpoint("a", "h100-sxm"));
        try (Pointsman pointsman = Pointsman.builder(fleet)
                .plugin(PredictedLatency.PRODUCER, producer)
                .profile("predicted-dollars")
                .build()) {
            double before = total(pointsman);

            fleet.join(labelled("a", "h100-sxm")
                    .label(LabelledDeployments.USD_PER_CHIP_HOUR, "1000")
                    .build());

            assertThat(total(pointsman)).isGreaterThan(100 * before);
        }
    }

    private static double total(Pointsman pointsman) {
        return pointsman
                .evaluate(request())
                .explanation()
                .profiles()
                .get(0)
                .candidates()
                .get(0)
                .total();
    }

    @Test
    void modelThatDoesNotFit_predictsNothing() {
        TestCycle cycle = TestCycle.of(
                fleet(labelled("a", "h100-sxm")
                        .label(LabelledDeployments.MODEL, "llama-3.1-70b")
                        .label(LabelledDeployments.DTYPE, "bf16")
                        .build()),
                request());

        cycle.produce(producer);

        assertThat(cycle.numbers(LATENCY.ttft())).isEmpty();
    }

    @Test
    void cachedPrefix_isNotReadAgain() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("a", "h100-sxm")), request());
        load(cycle, "a", BLOCKS, BLOCKS / 2, 0, 0);

        cycle.produce(producer);

        assertThat(seconds(cycle, LATENCY.ttft()))
                .isCloseTo(predictor("h100-sxm").prefill(PROMPT / 2, PROMPT / 2).estimate(), within(1e-8));
    }

    @Test
    void whollyCachedPrompt_stillReadsItsLastToken() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("a", "h100-sxm")), request());
        load(cycle, "a", BLOCKS, BLOCKS, 0, 0);

        cycle.produce(producer);

        assertThat(seconds(cycle, LATENCY.ttft()))
                .isCloseTo(predictor("h100-sxm").prefill(1, PROMPT - 1).estimate(), within(1e-8));
    }

    @Test
    void columns_sayWhatReadingTakes_asTheTimesDo() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("idle", "h100-sxm"), endpoint("busy", "h200-sxm")), request());
        load(cycle, "idle", BLOCKS, BLOCKS / 2, 0, 0);
        load(cycle, "busy", BLOCKS, 0, 4, 16_384);

        cycle.produce(producer);

        PredictedTimes times = requireNonNull(cycle.attribute(LATENCY.times()));
        int idle = cycle.fleet().slotOf("idle");
        int busy = cycle.fleet().slotOf("busy");
        assertThat(cycle.numbers(LATENCY.cachedTokens()))
                .containsEntry("idle", PROMPT / 2L)
                .containsEntry("busy", 0L);
        assertThat(cycle.numbers(LATENCY.reading()))
                .containsEntry("idle", times.readNanos(idle, PROMPT - PROMPT / 2, PROMPT / 2))
                .containsEntry("busy", times.readNanos(busy, PROMPT, 0));
        assertThat(cycle.numbers(LATENCY.interference()))
                .isEqualTo(Map.of("busy", times.interferenceNanos(busy, PROMPT, 0)));
    }

    @Test
    void workAhead_isWaitedFor() {
        TestCycle cycle = TestCycle.of(
                fleet(endpoint("free", "h100-sxm"), endpoint("busy", "h100-sxm"), endpoint("busier", "h100-sxm")),
                request());
        load(cycle, "busy", BLOCKS, 0, 4, 16_384);
        load(cycle, "busier", BLOCKS, 0, 4, 32_768);

        cycle.produce(producer);

        Map<String, Long> ttft = cycle.numbers(LATENCY.ttft());
        double perChunk = predictor("h100-sxm").prefill(8192, 0).estimate() * 1e9;
        assertThat(ttft.get("busier") - ttft.get("busy")).isCloseTo(Math.round(2 * perChunk), within(10L));
        assertThat(ttft.get("busy") - ttft.get("free")).isGreaterThan(Math.round(2 * perChunk));
        assertThat(cycle.numbers(LATENCY.waitPerToken()).get("busy") * 8192).isCloseTo(perChunk, within(1.0));
        assertThat(cycle.numbers(LATENCY.tokensSeen())).containsEntry("busy", 16_384L);
        assertThat(cycle.numbers(LATENCY.slowdown()).get("busy")).isPositive();
    }

    @Test
    void requestsThatOthersSent_areWaitedForToo() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(endpoint("quiet", "h100-sxm"), metrics -> metrics.waitingRequests(2))
                .endpoint(endpoint("crowded", "h100-sxm"), metrics -> metrics.waitingRequests(6))
                .build();
        TestCycle cycle = TestCycle.of(fleet, request());
        load(cycle, "quiet", BLOCKS, 0, 2, 8192);
        load(cycle, "crowded", BLOCKS, 0, 2, 8192);

        cycle.produce(producer);

        double perChunk = predictor("h100-sxm").prefill(8192, 0).estimate() * 1e9;
        Map<String, Long> ttft = cycle.numbers(LATENCY.ttft());
        assertThat(ttft.get("crowded") - ttft.get("quiet")).isCloseTo(Math.round(2 * perChunk), within(10L));
    }

    @Test
    void biggerBatch_decodesSlower() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(endpoint("a", "h100-sxm"), metrics -> metrics.runningRequests(8))
                .endpoint(endpoint("b", "h100-sxm"), metrics -> metrics.runningRequests(64))
                .build();
        TestCycle cycle = TestCycle.of(fleet, request());

        cycle.produce(producer);

        Map<String, Long> tpot = cycle.numbers(LATENCY.tpot());
        assertThat(tpot.get("b")).isGreaterThan(tpot.get("a"));
        assertThat(cycle.numbers(LATENCY.dollars()).get("b"))
                .isLessThan(cycle.numbers(LATENCY.dollars()).get("a"));
    }

    @Test
    void transferOfKv_isPartOfTheFirstToken() {
        LongColumnKey transfer = new LongColumnKey("transfer-nanos", "planner");
        PredictedLatencyProducer with =
                PredictedLatencyProducer.builder().transfer(transfer).build();
        TestFleet fleet = fleet(endpoint("near", "h100-sxm"), endpoint("far", "h100-sxm"));
        TestCycle cycle = TestCycle.of(fleet, request()).with(transfer, "far", millis(25));

        cycle.produce(with);

        Map<String, Long> ttft = cycle.numbers(LATENCY.ttft());
        assertThat(ttft.get("far") - ttft.get("near")).isCloseTo(millis(25), within(2L));
        PredictedTimes times = requireNonNull(cycle.attribute(LATENCY.times()));
        assertThat(times.transferNanos(cycle.fleet().slotOf("far"))).isEqualTo((double) millis(25));
        assertThat(times.transferNanos(cycle.fleet().slotOf("near"))).isZero();
    }

    @Test
    void unknownDeployments_areMissingAndExplained() {
        TestFleet fleet = fleet(
                endpoint("known", "h100-sxm"),
                Endpoint.of("plain", "plain:8000"),
                endpoint("typing-error", "h100-sxn"),
                labelled("eleven", "h100-sxm")
                        .label(LabelledDeployments.TENSOR_PARALLEL, "11")
                        .build(),
                labelled("words", "h100-sxm")
                        .label(LabelledDeployments.TENSOR_PARALLEL, "two")
                        .build());
        TestCycle cycle = TestCycle.of(fleet, request());

        cycle.produce(producer);

        assertThat(cycle.numbers(LATENCY.ttft())).containsOnlyKeys("known");
        assertThat(cycle.notes())
                .anySatisfy(note -> assertThat(note)
                        .isEqualTo("predicts nothing for plain: no label " + LabelledDeployments.ACCELERATOR))
                .anySatisfy(note -> assertThat(note).contains("typing-error", "h100-sxn"))
                .anySatisfy(note -> assertThat(note).contains("eleven", "attention heads"))
                .endsWith("predicts nothing for 4 of 5 candidates");
    }

    @Test
    void deployments_areAskedForOnceInALife() {
        AtomicInteger asked = new AtomicInteger();
        LabelledDeployments labels = new LabelledDeployments();
        PredictedLatencyProducer counting = PredictedLatencyProducer.builder()
                .deployments(endpoint -> {
                    asked.incrementAndGet();
                    return labels.of(endpoint);
                })
                .build();
        TestFleet fleet = fleet(endpoint("a", "h100-sxm"));

        TestCycle.of(fleet, request()).produce(counting);
        TestCycle.of(fleet, request()).produce(counting);
        assertThat(asked).hasValue(1);
        counting.left(0, fleet.incarnation(0), fleet.endpoint(0));
        counting.joined(0, 77, endpoint("b", "l4"));
        TestFleet after = TestFleet.builder()
                .endpoint(endpoint("b", "l4"))
                .incarnation("b", 77)
                .build();
        TestCycle again = TestCycle.of(after, request());
        again.produce(counting);

        assertThat(asked).hasValue(2);
        assertThat(again.numbers(LATENCY.ttft())).containsOnlyKeys("b");
    }

    @Test
    void plainFields_sayWhatAnEndpointIsToo() {
        Endpoint plain = Endpoint.builder("a", "a:1")
                .accelerator("mi300x")
                .model("llama-3.1-8b")
                .label(LabelledDeployments.USD_PER_CHIP_HOUR, "1.25")
                .build();
        Endpoint node = Endpoint.builder("b", "b:1")
                .label(LabelledDeployments.GPU_PRODUCT, "NVIDIA-H100-80GB-HBM3")
                .model("llama-3.1-8b")
                .build();
        LabelledDeployments labels = new LabelledDeployments();

        Deployment deployment = labels.of(plain);

        assertThat(deployment.accelerator().id()).isEqualTo("mi300x");
        assertThat(labels.usdPerChipHour(plain, deployment)).isEqualTo(1.25);
        assertThat(labels.of(node).accelerator().id()).isEqualTo("h100-sxm");
    }

    @Test
    void headrooms_areWhatIsLeftOfTheObjectives() {
        PredictedLatencyProducer streaming = PredictedLatencyProducer.builder()
                .streamingMode(true)
                .sloBufferFactor(0.5)
                .build();
        TestCycle cycle = TestCycle.of(
                fleet(endpoint("a", "h100-sxm")),
                TestRequests.builder()
                        .tokens(new int[PROMPT])
                        .ttftTarget(Duration.ofMillis(500))
                        .tpotTarget(Duration.ofMillis(40))
                        .build());

        cycle.produce(streaming);

        assertThat(value(cycle, LATENCY.ttftHeadroom())).isEqualTo(millis(500) - value(cycle, LATENCY.ttft()));
        assertThat(value(cycle, LATENCY.ttftHeadroomP90())).isEqualTo(millis(500) - value(cycle, LATENCY.ttftP90()));
        assertThat(value(cycle, LATENCY.tpotHeadroom())).isEqualTo(millis(20) - value(cycle, LATENCY.tpot()));
        assertThat(value(cycle, LATENCY.tpotHeadroomP90())).isEqualTo(millis(20) - value(cycle, LATENCY.tpotP90()));
    }

    @Test
    void headers_areReadInMilliseconds_newOnesFirst() {
        assertThat(headroomWith(Map.of("x-llm-d-slo-ttft-ms", "500"))).isEqualTo(millis(500));
        assertThat(headroomWith(Map.of("X-SLO-TTFT-MS", " 250.5 "))).isEqualTo(millis(250.5));
        assertThat(headroomWith(Map.of("x-llm-d-slo-ttft-ms", "0", "x-slo-ttft-ms", "250")))
                .isZero();
        assertThat(headroomWith(Map.of("x-llm-d-slo-ttft-ms", "soon"))).isZero();
        assertThat(headroomWith(Map.of("x-llm-d-slo-ttft-ms", "NaN"))).isZero();
        assertThat(headroomWith(Map.of("x-llm-d-slo-ttft-ms", "1e300"))).isPositive();
    }

    /** Returns the objective that a header makes: the headroom and what was predicted. */
    private long headroomWith(Map<String, String> headers) {
        TestCycle cycle = TestCycle.of(
                fleet(endpoint("a", "h100-sxm")),
                TestRequests.builder()
                        .tokens(new int[PROMPT])
                        .headers(HeaderLookup.of(headers))
                        .build());
        cycle.produce(producer);
        return value(cycle, LATENCY.ttftHeadroom()) + value(cycle, LATENCY.ttft());
    }

    @Test
    void endpointThatOnlyReadsPrompts_hasNoTpotToKeep() {
        PredictedLatencyProducer split = PredictedLatencyProducer.builder()
                .streamingMode(true)
                .endpointRoleLabel("llm-d.ai/role")
                .build();
        TestCycle cycle = TestCycle.of(
                fleet(
                        labelled("prefill", "h100-sxm")
                                .label("llm-d.ai/role", "prefill")
                                .build(),
                        labelled("decode", "h100-sxm")
                                .label("llm-d.ai/role", "decode")
                                .build()),
                request());

        cycle.produce(split);

        assertThat(cycle.numbers(LATENCY.tpotHeadroom()).get("prefill")).isZero();
        assertThat(cycle.numbers(LATENCY.tpotHeadroom()).get("decode")).isNegative();
    }

    @Test
    void withoutStreaming_tpotDoesNotCount() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("a", "h100-sxm")), request());

        cycle.produce(producer);

        assertThat(value(cycle, LATENCY.tpotHeadroom())).isZero();
        assertThat(value(cycle, LATENCY.ttftHeadroom())).isNegative();
    }

    @Test
    void trainingOnly_predictsNothing() {
        TestCycle cycle = TestCycle.of(fleet(endpoint("a", "h100-sxm")), request());

        cycle.produce(PredictedLatencyProducer.builder().predictInProduce(false).build());

        assertThat(cycle.written()).isEmpty();
        assertThat(cycle.notes()).hasSize(1);
    }

    static InferenceRequest request() {
        return TestRequests.builder()
                .tokens(new int[PROMPT])
                .expectedOutputTokens(100)
                .build();
    }

    static TestFleet fleet(Endpoint... endpoints) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Endpoint endpoint : endpoints) {
            fleet.endpoint(endpoint);
        }
        return fleet.build();
    }

    static Predictor predictor(String chip) {
        Deployment deployment = Deployment.of(
                        ModelCatalog.shipped().get("llama-3.1-8b"),
                        AcceleratorCatalog.shipped().get(chip))
                .weights(DType.FP8)
                .engine("vLLM")
                .build();
        return CostModel.shipped().predictor(deployment);
    }

    private static long value(TestCycle cycle, LongColumnKey key) {
        return cycle.numbers(key).values().iterator().next();
    }

    private static double seconds(TestCycle cycle, LongColumnKey key) {
        return value(cycle, key) / 1e9;
    }
}
