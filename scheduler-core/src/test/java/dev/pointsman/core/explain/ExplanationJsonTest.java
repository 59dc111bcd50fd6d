// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import static dev.pointsman.core.explain.Explained.profile;
import static dev.pointsman.core.explain.Explained.removed;
import static dev.pointsman.core.explain.Explained.request;
import static dev.pointsman.core.explain.Explained.score;
import static dev.pointsman.core.explain.Explained.scored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import dev.pointsman.api.explain.ScoreExplanation.Note;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationJsonTest {
    @Test
    void wholeExplanation_isWrittenUnderTheDocumentedNames() {
        Explanation explanation = request(
                List.of("screened out: e"),
                profile(
                        "a",
                        0.25,
                        scored("a", score("queue-scorer", 2, 0.75)),
                        scored("b", new ScoreExplanation("queue-scorer", Double.NaN, 0.5, 2, 1, Note.MISSING)),
                        removed("c", "decode-filter")));

        String json = ExplanationJson.of(explanation);

        assertThat(json).isEqualTo("""
                        {"requestId":"req-17","outcome":"dispatched to a","seed":"42","fleetVersion":7,"endpoints":5,\
                        "profiles":[{"profile":"decode","unit":"score","picker":"max-score-picker","attempts":1,\
                        "target":"a","fallbacks":[],"margin":0.25,"tied":1,"candidates":[\
                        {"endpoint":"a","removedBy":null,"total":1.5,\
                        "verdicts":[{"filter":"decode-filter","kept":true,"failed":false}],\
                        "scores":[{"scorer":"queue-scorer","raw":0.75,"used":0.75,"weight":2.0,"weighted":1.5,\
                        "note":"used"}],\
                        "inFlightRequests":2,"inFlightTokens":12345,\
                        "signalAgesNanos":{"KV_USAGE":120000000,"WAITING_REQUESTS":20000000}},\
                        {"endpoint":"b","removedBy":null,"total":1.0,\
                        "verdicts":[{"filter":"decode-filter","kept":true,"failed":false}],\
                        "scores":[{"scorer":"queue-scorer","raw":null,"used":0.5,"weight":2.0,"weighted":1.0,\
                        "note":"missing"}],\
                        "inFlightRequests":2,"inFlightTokens":12345,\
                        "signalAgesNanos":{"KV_USAGE":120000000,"WAITING_REQUESTS":20000000}},\
                        {"endpoint":"c","removedBy":"decode-filter","total":null,\
                        "verdicts":[{"filter":"first-filter","kept":true,"failed":false},\
                        {"filter":"decode-filter","kept":false,"failed":false}],\
                        "scores":[],"inFlightRequests":0,"inFlightTokens":0,"signalAgesNanos":{}}]}],\
                        "notes":["screened out: e"]}""");
    }

    @Test
    void controlAndOtherCharacters_areEscapedToAscii() {
        Explanation explanation = request(List.of("\u001b[31m \u0085 \u00e9 \ud83d\ude80 \"q\""));

        String json = ExplanationJson.of(explanation);

        assertThat(json).isPrintable().matches("\\p{ASCII}*");
        assertThat(json).contains("\\u001B[31m \\u0085 \\u00E9 \\uD83D\\uDE80 \\\"q\\\"");
    }

    @Test
    void ageBeyondTheRangeOfNanoseconds_isTheLargestNumber() {
        CandidateExplanation ancient = new CandidateExplanation(
                "a", List.of(), List.of(), 1, 0, 0, Map.of("KV_USAGE", Duration.ofSeconds(Long.MAX_VALUE)));

        String json = ExplanationJson.of(request(List.of(), profile("a", 0, ancient)));

        assertThat(json).contains("\"KV_USAGE\":" + Long.MAX_VALUE);
    }

    @Test
    void appendableThatFails_isHeardOf() {
        Appendable full = new Appendable() {
            @Override
            public Appendable append(CharSequence text) throws IOException {
                throw new IOException("disk full");
            }

            @Override
            public Appendable append(CharSequence text, int from, int to) throws IOException {
                throw new IOException("disk full");
            }

            @Override
            public Appendable append(char c) throws IOException {
                throw new IOException("disk full");
            }
        };

        assertThatThrownBy(() -> ExplanationJson.write(request(List.of()), full))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
    }

    @Property
    void anyExplanation_readsBackAsItWas(@ForAll("explanations") Explanation explanation) {
        String json = ExplanationJson.of(explanation);

        assertThat(json).doesNotContain("\n").isEqualTo(ExplanationJson.of(explanation));
        assertThat(JsonTree.parse(json)).isEqualTo(tree(explanation));
    }

    // ---- a second, naive way from an explanation to a tree

    private static Map<String, @Nullable Object> tree(Explanation explanation) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("requestId", explanation.requestId());
        tree.put("outcome", explanation.outcome());
        tree.put("seed", "" + explanation.seed());
        tree.put("fleetVersion", explanation.fleetVersion());
        tree.put("endpoints", (long) explanation.endpoints());
        tree.put(
                "profiles",
                explanation.profiles().stream().map(ExplanationJsonTest::tree).toList());
        tree.put("notes", explanation.notes());
        return tree;
    }

    private static Map<String, @Nullable Object> tree(ProfileExplanation profile) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("profile", profile.profile());
        tree.put("unit", profile.unit());
        tree.put("picker", profile.picker());
        tree.put("attempts", (long) profile.attempts());
        tree.put("target", profile.target());
        tree.put("fallbacks", profile.fallbacks());
        tree.put("margin", finite(profile.margin()));
        tree.put("tied", (long) profile.tied());
        tree.put(
                "candidates",
                profile.candidates().stream().map(ExplanationJsonTest::tree).toList());
        return tree;
    }

    private static Map<String, @Nullable Object> tree(CandidateExplanation candidate) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("endpoint", candidate.endpoint());
        tree.put("removedBy", candidate.removedBy());
        tree.put("total", finite(candidate.total()));
        List<Map<String, Object>> verdicts = new ArrayList<>();
        for (FilterVerdict verdict : candidate.verdicts()) {
            verdicts.add(Map.of("filter", verdict.filter(), "kept", verdict.kept(), "failed", verdict.failed()));
        }
        tree.put("verdicts", verdicts);
        List<Map<String, @Nullable Object>> scores = new ArrayList<>();
        for (ScoreExplanation score : candidate.scores()) {
            Map<String, @Nullable Object> written = new LinkedHashMap<>();
            written.put("scorer", score.scorer());
            written.put("raw", finite(score.raw()));
            written.put("used", finite(score.used()));
            written.put("weight", finite(score.weight()));
            written.put("weighted", finite(score.weighted()));
            written.put("note", score.note().toString().toLowerCase(Locale.ROOT));
            scores.add(written);
        }
        tree.put("scores", scores);
        tree.put("inFlightRequests", candidate.inFlightRequests());
        tree.put("inFlightTokens", candidate.inFlightTokens());
        Map<String, Object> ages = new TreeMap<>();
        candidate.signalAges().forEach((signal, age) -> ages.put(signal, age.toNanos()));
        tree.put("signalAgesNanos", ages);
        return tree;
    }

    private static @Nullable Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }

    // ---- any explanation

    @Provide
    Arbitrary<Explanation> explanations() {
        return Combinators.combine(
                        texts(),
                        texts(),
                        Arbitraries.longs(),
                        profiles().list().ofMaxSize(3),
                        texts().list().ofMaxSize(3))
                .as((id, outcome, seed, profiles, notes) ->
                        new Explanation(id, outcome, seed, seed >>> 8, profiles.size(), profiles, notes));
    }

    private static Arbitrary<ProfileExplanation> profiles() {
        return Combinators.combine(
                        texts(),
                        texts().injectNull(0.3),
                        texts().list().ofMaxSize(3),
                        numbers(),
                        candidates().list().ofMaxSize(4))
                .as((name, target, fallbacks, margin, candidates) -> new ProfileExplanation(
                        name, "score", "picker", 2, target, fallbacks, margin, candidates.size(), candidates));
    }

    private static Arbitrary<CandidateExplanation> candidates() {
        Arbitrary<FilterVerdict> verdicts = Combinators.combine(
                        texts(), Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(FilterVerdict::new);
        Arbitrary<ScoreExplanation> scores = Combinators.combine(
                        texts(), numbers(), numbers(), numbers(), numbers(), Arbitraries.of(Note.class))
                .as(ScoreExplanation::new);
        Arbitrary<Map<String, Duration>> ages = Arbitraries.maps(
                        texts(), Arbitraries.longs().map(Duration::ofNanos))
                .ofMaxSize(3);
        return Combinators.combine(
                        texts(), verdicts.list().ofMaxSize(3), scores.list().ofMaxSize(3), numbers(), ages)
                .as((endpoint, said, given, total, known) ->
                        new CandidateExplanation(endpoint, said, given, total, known.size(), 1L << 40, known));
    }

    private static Arbitrary<Double> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.doubles(),
                Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e-300));
    }

    /** Any text but halves of surrogate pairs, which no JSON reader need accept. */
    private static Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("ab-:7\u0000\u001b\n\u0085\u00e9\u4e2d\"\\".toCharArray())
                .ofMaxLength(8);
    }
}
