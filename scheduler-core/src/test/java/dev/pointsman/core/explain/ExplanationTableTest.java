// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import static dev.pointsman.core.explain.Explained.profile;
import static dev.pointsman.core.explain.Explained.removed;
import static dev.pointsman.core.explain.Explained.request;
import static dev.pointsman.core.explain.Explained.score;
import static dev.pointsman.core.explain.Explained.scored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.explain.ScoreExplanation.Note;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ExplanationTableTest {
    @Test
    void ordinaryDecision_showsWhoWonByWhatAndByHowMuch() {
        ProfileExplanation decode = new ProfileExplanation(
                "decode",
                "score",
                "max-score-picker",
                1,
                "a",
                List.of("b", "c"),
                0.25,
                1,
                List.of(
                        scored("a", score("prefix-cache-scorer", 3, 0.5), score("queue-scorer", 2, 0.75)),
                        scored("b", score("prefix-cache-scorer", 3, 0.75), score("queue-scorer", 2, 0.25)),
                        scored("c", score("prefix-cache-scorer", 3, 0), score("queue-scorer", 2, 1)),
                        removed("d", "decode-filter"),
                        removed("e", "decode-filter")));

        assertThat(ExplanationTable.of(request(List.of("no data of a session"), decode)))
                .isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile decode: a, then b, c (max-score-picker)
                                                prefix-cache         queue     in flight  oldest
                            #  endpoint  total           x 3           x 2  req (tokens)  signal
                          > 1  a         3.000  1.500 (0.50)  1.500 (0.75)     2 (12.3k)  120 ms
                            2  b         2.750  2.250 (0.75)  0.500 (0.25)     2 (12.3k)  120 ms
                            3  c         2.000  0.000 (0.00)  2.000 (1.00)     2 (12.3k)  120 ms
                          removed by decode-filter: d, e
                          margin 0.250 over b

                        notes
                          - no data of a session
                        """);
    }

    @Test
    void tie_namesTheDraw() {
        ProfileExplanation tied = new ProfileExplanation(
                "default",
                "score",
                "max-score-picker",
                3,
                "b",
                List.of(),
                0,
                2,
                List.of(scored("a", score("queue-scorer", 1, 0.5)), scored("b", score("queue-scorer", 1, 0.5))));

        assertThat(ExplanationTable.of(request(List.of(), tied))).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile default: b (max-score-picker)
                                                       queue     in flight  oldest
                            #  endpoint  total           x 1  req (tokens)  signal
                            1  a         0.500  0.500 (0.50)     2 (12.3k)  120 ms
                          > 2  b         0.500  0.500 (0.50)     2 (12.3k)  120 ms
                          2 candidates tied; the draw chose b
                          run 3 times: its choice was lost to other requests, or left
                        """);
    }

    @Test
    void costProfile_showsCostsWithoutWeights() {
        ProfileExplanation cost = new ProfileExplanation(
                "latency",
                "seconds",
                "max-score-picker",
                1,
                "a",
                List.of("b"),
                0.0125,
                1,
                List.of(
                        scored("a", score("ttft-cost", 1, 0.0312), score("transfer-cost", 1, 0.0001)),
                        scored("b", score("ttft-cost", 1, 0.0438), score("transfer-cost", 1, 1234567))));

        assertThat(ExplanationTable.of(request(List.of(), cost))).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile latency: a, then b (max-score-picker, least seconds)
                                                                                in flight  oldest
                            #  endpoint     total  ttft-cost  transfer-cost  req (tokens)  signal
                          > 1  a            0.031      0.031       1.00e-04     2 (12.3k)  120 ms
                            2  b         1.23e+06      0.044       1.23e+06     2 (12.3k)  120 ms
                          margin 0.013 seconds over b
                        """);
    }

    @Test
    void scoresThatWereNotUsedAsTheyWere_areMarked() {
        ProfileExplanation odd = profile(
                "a",
                Double.NaN,
                scored(
                        "a",
                        new ScoreExplanation("mine", 1.7, 1, 1, 1, Note.CLAMPED),
                        new ScoreExplanation("kv-cache-utilization-scorer", Double.NaN, 0.5, 0.25, 0.125, Note.MISSING),
                        new ScoreExplanation("broken", Double.NaN, 0.5, 1, 0.5, Note.FAILED)));

        assertThat(ExplanationTable.of(request(List.of(), odd))).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile decode: a (max-score-picker)
                                                                  kv-cache-
                                                         mine   utilization          broken     in flight  oldest
                            #  endpoint  total            x 1       x 0.250             x 1  req (tokens)  signal
                          > 1  a         1.625  1.000 (1.70!)  0.125 (none)  0.500 (failed)     2 (12.3k)  120 ms
                          no other candidate
                        """);
    }

    @Test
    void nobodyLeft_saysWhoRemovedWhom() {
        CandidateExplanation failed = new CandidateExplanation(
                "d",
                List.of(new FilterVerdict("lora-filter", true, true), new FilterVerdict("tenant-filter", false, true)),
                List.of(),
                Double.NaN,
                0,
                0,
                Map.of());
        ProfileExplanation empty = new ProfileExplanation(
                "prefill",
                "score",
                "max-score-picker",
                1,
                null,
                List.of(),
                Double.NaN,
                0,
                List.of(removed("a", "prefill-filter"), removed("b", "prefill-filter"), failed));

        assertThat(ExplanationTable.of(request(List.of(), empty))).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile prefill: no target (max-score-picker)
                          lora-filter failed and removed nobody
                          removed by prefill-filter: a, b
                          removed by tenant-filter, which failed: d
                        """);
    }

    @Test
    void manyScorersInANarrowTerminal_goOnBelow() {
        ProfileExplanation wide = profile(
                "vllm-llama-decode-7f9c6d-x2x4q",
                0.5,
                scored(
                        "vllm-llama-decode-7f9c6d-x2x4q",
                        score("prefix-cache-scorer", 3, 0.5),
                        score("queue-scorer", 2, 0.75),
                        score("kv-cache-utilization-scorer", 2, 0.25),
                        score("session-affinity-scorer", 10, 0)),
                scored(
                        "vllm-llama-decode-7f9c6d-9wzrt",
                        score("prefix-cache-scorer", 3, 0.5),
                        score("queue-scorer", 2, 0.5),
                        score("kv-cache-utilization-scorer", 2, 0.25),
                        score("session-affinity-scorer", 10, 0)));

        assertThat(ExplanationTable.of(request(List.of(), wide), 60)).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile decode: vllm-llama-decode-7f9c6d-x2x4q
                          (max-score-picker)
                                                        prefix-cache         queue
                            #  endpoint          total           x 3           x 2
                          > 1  vllm-ll..d-x2x4q  3.500  1.500 (0.50)  1.500 (0.75)
                            2  vllm-ll..d-9wzrt  3.000  1.500 (0.50)  1.000 (0.50)

                                                    kv-cache-      session-
                                                  utilization      affinity
                            #  endpoint                   x 2          x 10
                          > 1  vllm-ll..d-x2x4q  0.500 (0.25)  0.000 (0.00)
                            2  vllm-ll..d-9wzrt  0.500 (0.25)  0.000 (0.00)

                                                    in flight  oldest
                            #  endpoint          req (tokens)  signal
                          > 1  vllm-ll..d-x2x4q     2 (12.3k)  120 ms
                            2  vllm-ll..d-9wzrt     2 (12.3k)  120 ms
                          margin 0.500 over vllm-llama-decode-7f9c6d-9wzrt
                        """);
    }

    @Test
    void largeFleet_showsTheBestAndTheTarget() {
        List<CandidateExplanation> candidates = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            candidates.add(scored("pod-" + i, score("queue-scorer", 1, 1 - i / 64.0)));
        }
        for (int i = 0; i < 30; i++) {
            candidates.add(removed("prefill-" + i, "decode-filter"));
        }
        ProfileExplanation drawn =
                new ProfileExplanation("decode", "score", "random-picker", 1, "pod-32", List.of(), -0.5, 1, candidates);

        assertThat(ExplanationTable.of(request(List.of(), drawn))).isEqualTo("""
                        req-17: dispatched to a
                        seed 42, fleet version 7, 5 endpoints

                        profile decode: pod-32 (random-picker)
                                                        queue     in flight  oldest
                             #  endpoint  total           x 1  req (tokens)  signal
                             1  pod-0     1.000  1.000 (1.00)     2 (12.3k)  120 ms
                             2  pod-1     0.984  0.984 (0.98)     2 (12.3k)  120 ms
                             3  pod-2     0.969  0.969 (0.97)     2 (12.3k)  120 ms
                             4  pod-3     0.953  0.953 (0.95)     2 (12.3k)  120 ms
                             5  pod-4     0.938  0.938 (0.94)     2 (12.3k)  120 ms
                             6  pod-5     0.922  0.922 (0.92)     2 (12.3k)  120 ms
                             7  pod-6     0.906  0.906 (0.91)     2 (12.3k)  120 ms
                             8  pod-7     0.891  0.891 (0.89)     2 (12.3k)  120 ms
                             9  pod-8     0.875  0.875 (0.88)     2 (12.3k)  120 ms
                            10  pod-9     0.859  0.859 (0.86)     2 (12.3k)  120 ms
                            11  pod-10    0.844  0.844 (0.84)     2 (12.3k)  120 ms
                          > 33  pod-32    0.500  0.500 (0.50)     2 (12.3k)  120 ms
                          ... and 28 more
                          removed by decode-filter: prefill-0, prefill-1, prefill-2, prefill-3, prefill-4 ... and 25 more
                          margin -0.500: the draw preferred it to pod-0
                        """);
    }

    @Test
    void namesFromOutside_cannotDisturbTheTerminal() {
        ProfileExplanation hostile =
                profile("a\u001b[31m", Double.NaN, scored("a\u001b[31m", score("q\u0007-scorer", 1, 1)));
        Explanation explanation = new Explanation(
                "req\n17", "dispatched to \u4e2d", 1, 1, 1, List.of(hostile), List.of("\u001b]0;title\u0007"));

        assertThat(ExplanationTable.of(explanation)).isEqualTo("""
                        req\\n17: dispatched to \u4e2d
                        seed 1, fleet version 1, 1 endpoint

                        profile decode: a\\u001b[31m (max-score-picker)
                                                        q\\u0007     in flight  oldest
                            #  endpoint     total           x 1  req (tokens)  signal
                          > 1  a\\u001b[31m  1.000  1.000 (1.00)     2 (12.3k)  120 ms
                          no other candidate

                        notes
                          - \\u001b]0;title\\u0007
                        """);
    }

    @Test
    void fewerColumnsThanTheLeast_countAsTheLeast() {
        Explanation explanation = request(List.of(), profile("a", Double.NaN, scored("a", score("queue", 1, 1))));

        assertThat(ExplanationTable.of(explanation, 3)).isEqualTo(ExplanationTable.of(explanation, 60));
    }

    @Property(tries = 200)
    void everyLine_fitsTheTerminal(
            @ForAll @Size(max = 20) List<String> names,
            @ForAll @IntRange(max = 8) int scorers,
            @ForAll @IntRange(min = 60, max = 160) int width) {
        List<CandidateExplanation> candidates = new ArrayList<>();
        for (String name : names) {
            ScoreExplanation[] scores = new ScoreExplanation[scorers];
            for (int i = 0; i < scorers; i++) {
                scores[i] = score(name + "-a-rather-long-scorer-name-" + i, 1e5, Math.PI);
            }
            candidates.add(scored(name, scores));
            candidates.add(removed("x" + name, "filter of " + name));
        }
        ProfileExplanation profile = new ProfileExplanation(
                "p", "score", "picker", 2, names.isEmpty() ? null : names.get(0), names, 1, 1, candidates);

        String table = ExplanationTable.of(request(names, profile, profile), width);

        assertThat(table.lines())
                .allSatisfy(line -> assertThat(TerminalText.columns(line)).isLessThanOrEqualTo(width));
        assertThat(table).isEqualTo(ExplanationTable.of(request(names, profile, profile), width));
    }

    @Property(tries = 200)
    void anyAge_hasAShortForm(@ForAll long nanos) {
        CandidateExplanation aged = new CandidateExplanation(
                "a",
                List.of(),
                List.of(),
                1,
                Long.MAX_VALUE,
                0,
                Collections.singletonMap("S", Duration.ofNanos(nanos)));

        assertThat(ExplanationTable.of(request(List.of(), profile("a", Double.NaN, aged)), 60)
                        .lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(60));
    }
}
