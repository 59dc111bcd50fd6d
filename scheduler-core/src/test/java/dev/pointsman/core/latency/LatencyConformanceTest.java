// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.scorer.LlmdCases;
import dev.pointsman.core.scorer.LlmdCases.Case;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the plugins that work by predicted times against llm-d's own cases; none differs by design. */
class LatencyConformanceTest {
    @Test
    void scorerCases_hold() {
        List<Case> cases = LlmdCases.of("scorer", LatencyFactories.all());

        for (Case one : cases) {
            String[] names = names(one);
            TestCycle cycle = cycle(one);
            double[] scores = cycle.score((Scorer) one.plugin(), cycle.candidates(names));
            Case expected = one.object("expected");
            for (int i = 0; i < names.length; i++) {
                double score = Math.min(1, expected.object("scores").number(names[i]));
                assertThat(scores[i]).as("%s, %s", one, names[i]).isEqualTo(score);
            }
        }

        assertThat(cases).hasSize(3);
    }

    @Test
    void filterCases_hold() {
        List<Case> cases = LlmdCases.of("filter", LatencyFactories.all());

        for (Case one : cases) {
            TestCycle cycle = cycle(one);
            List<String> kept = cycle.filter((Filter) one.plugin(), cycle.candidates(names(one)));
            assertThat(kept).as(one.toString()).isEqualTo(one.object("expected").texts("kept"));
        }

        assertThat(cases).hasSize(11);
    }

    @Test
    void admitterCases_hold() {
        List<Case> cases = LlmdCases.of("admitter", LatencyFactories.all());

        for (Case one : cases) {
            boolean admits = cycle(one).admit((Admission) one.plugin()) == null;
            assertThat(admits)
                    .as(one.toString())
                    .isEqualTo(one.object("expected").flag("admit"));
        }

        assertThat(cases).hasSize(4);
    }

    @Test
    void configCases_hold() {
        List<Case> cases = LlmdCases.of("config", LatencyFactories.all());

        for (Case one : cases) {
            if (one.object("expected").flag("valid")) {
                assertThat(one.plugin()).as(one.toString()).isNotNull();
            } else {
                assertThatThrownBy(one::plugin).as(one.toString()).isInstanceOf(ParameterException.class);
            }
        }

        assertThat(cases).hasSize(7);
    }

    @Test
    void predictedLatencyCases_hold() {
        List<Case> cases = LlmdCases.of("predicted-latency", LatencyFactories.all());

        for (Case one : cases) {
            Case params = one.object("params");
            Case request = one.object("request");
            Case predicted = one.objects("endpoints").get(0).object("attributes");
            Headrooms headrooms = new Headrooms(params.number("sloBufferFactor"), params.flag("streamingMode"));
            long tightest = request.has("podMinTpotSlo") ? Scene.millis(request.number("podMinTpotSlo")) : 0;

            long ttft = headrooms.ttft(
                    Scene.millis(request.number("ttftSlo")), Scene.millis(predicted.number("predictedTtft")));
            long tpot = headrooms.tpot(
                    Scene.millis(request.number("tpotSlo")),
                    tightest,
                    Scene.millis(predicted.number("predictedTpot")),
                    false);

            Case expected = one.object("expected");
            assertThat(ttft >= 0).as(one.toString()).isEqualTo(expected.flag("ttftOk"));
            assertThat(tpot >= 0).as(one.toString()).isEqualTo(expected.flag("tpotOk"));
            assertThat(ttft >= 0 && tpot >= 0).as(one.toString()).isEqualTo(expected.flag("valid"));
            assertThat(tpot).as(one.toString()).isEqualTo(Scene.millis(expected.number("tpotHeadroom")));
            if (expected.has("ttftHeadroom")) {
                assertThat(ttft).as(one.toString()).isEqualTo(Scene.millis(expected.number("ttftHeadroom")));
            }
        }

        assertThat(cases).hasSize(4);
    }

    private static String[] names(Case one) {
        return one.objects("endpoints").stream()
                .map(endpoint -> endpoint.text("name"))
                .toArray(String[]::new);
    }

    private static TestCycle cycle(Case one) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (Case endpoint : one.objects("endpoints")) {
            Case metrics = endpoint.object("metrics");
            fleet.endpoint(endpoint.text("name"), known -> {
                if (metrics.has("runningRequests")) {
                    known.runningRequests((int) metrics.number("runningRequests"));
                }
                if (metrics.has("kvCacheUsage")) {
                    known.kvUsage(metrics.number("kvCacheUsage"));
                }
                if (metrics.has("waitingQueue")) {
                    known.waitingRequests((int) metrics.number("waitingQueue"));
                }
            });
        }
        TestCycle cycle = TestCycle.of(fleet.build(), request(one.object("request")));
        for (Case endpoint : one.objects("endpoints")) {
            produce(endpoint.object("attributes"), endpoint.text("name"), cycle);
        }
        return cycle;
    }

    private static InferenceRequest request(Case request) {
        Case headers = request.object("headers");
        Map<String, String> values = headers.names().stream().collect(Collectors.toMap(name -> name, headers::text));
        return TestRequests.builder()
                .priority(request.has("priority") ? (int) request.number("priority") : 0)
                .headers(HeaderLookup.of(new HashMap<>(values)))
                .build();
    }

    private static void produce(Case attributes, String name, TestCycle cycle) {
        Case latency = attributes.object("latency");
        if (latency.has("ttftHeadroom")) {
            Scene.headrooms(cycle, name, latency.number("ttftHeadroom"), latency.number("tpotHeadroom"));
        }
        if (latency.has("ttftValid")) {
            Scene.headrooms(cycle, name, latency.flag("ttftValid") ? 1 : -1, latency.flag("tpotValid") ? 1 : -1);
        }
        if (latency.has("ttft")) {
            cycle.with(Scene.LATENCY.ttft(), name, Scene.millis(latency.number("ttft")));
        }
        if (latency.has("dispatched")) {
            cycle.with(InFlightLoad.REQUESTS, name, (long) latency.number("dispatched"));
        }
        if (attributes.has("inFlight")) {
            cycle.with(InFlightLoad.TOKENS, name, (long)
                    attributes.object("inFlight").number("tokens"));
        }
        if (attributes.has("prefixMatch")) {
            Case match = attributes.object("prefixMatch");
            cycle.with(
                            PrefixMatch.of(PrefixMatch.DEFAULT_PRODUCER),
                            new PrefixMatch((int) match.number("totalBlocks"), (int) match.number("blockSizeTokens")))
                    .with(PrefixMatch.matchedBlocks(PrefixMatch.DEFAULT_PRODUCER), name, (long)
                            match.number("matchBlocks"));
        }
    }
}
