// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ModelRewritesTest {
    private static final int REQUESTS = 20_000;

    @Test
    void modelWithoutARule_stays_asTheSameRequest() {
        InferenceRequest request = request("r", "other");

        assertThat(ModelRewrites.of(ModelRewrite.of("chat").to("chat-v1")).rewrite(request, 0))
                .isSameAs(request);
        assertThat(ModelRewrites.NONE.rewrite(request, 0)).isSameAs(request);
    }

    @Test
    void alias_isRewritten_andTheRestKept() {
        InferenceRequest request = InferenceRequest.builder("r", "chat")
                .text("hello")
                .priority(3)
                .sessionId("s")
                .build();

        InferenceRequest rewritten =
                ModelRewrites.of(ModelRewrite.of("chat", "talk").to("chat-v1")).rewrite(request, 0);

        assertThat(rewritten.model()).isEqualTo("chat-v1");
        assertThat(rewritten.id()).isEqualTo("r");
        assertThat(rewritten.prompt()).isSameAs(request.prompt());
        assertThat(rewritten.objectives()).isEqualTo(request.objectives());
    }

    @Test
    void shares_areTheWeights() {
        ModelRewrites canary =
                ModelRewrites.of(ModelRewrite.of("chat").to("v1", 90).to("v2", 10));

        assertThat(drawn(canary).get("v2") / (double) REQUESTS).isCloseTo(0.1, within(0.01));
    }

    @Test
    void withoutWeights_allAreEqual() {
        Map<String, Integer> drawn = drawn(
                ModelRewrites.of(ModelRewrite.ofAny().to("a").to("b").to("c").to("d")));

        assertThat(drawn).containsOnlyKeys("a", "b", "c", "d");
        assertThat(drawn.values())
                .allSatisfy(count -> assertThat(count / (double) REQUESTS).isCloseTo(0.25, within(0.015)));
    }

    @Test
    void onceOneHasAWeight_theOthersAreNeverDrawn() {
        Map<String, Integer> drawn = drawn(ModelRewrites.of(
                ModelRewrite.of("chat").to("a").to("b", 1).to("c", 0).to("d", 1)));

        assertThat(drawn).containsOnlyKeys("b", "d");
    }

    @Test
    void ruleThatNamesTheModel_goesBeforeThoseForAny_andTheFirstCounts() {
        ModelRewrites rewrites = ModelRewrites.of(
                ModelRewrite.ofAny().to("any"),
                ModelRewrite.of("chat").to("first"),
                ModelRewrite.of("chat").to("second"),
                ModelRewrite.ofAny().to("late"));

        assertThat(rewrites.rewrite(request("r", "chat"), 0).model()).isEqualTo("first");
        assertThat(rewrites.rewrite(request("r", "other"), 0).model()).isEqualTo("any");
    }

    @Test
    void header_beatsTheRules_unlessItIsBlankOrHuge() {
        ModelRewrites rewrites = ModelRewrites.of(ModelRewrite.ofAny().to("any"));

        assertThat(rewrites.rewrite(named("special"), 0).model()).isEqualTo("special");
        assertThat(rewrites.rewrite(named("  special "), 0).model()).isEqualTo("special");
        assertThat(rewrites.rewrite(named("  "), 0).model()).isEqualTo("any");
        assertThat(rewrites.rewrite(named("x".repeat(100_000)), 0).model()).isEqualTo("any");
        assertThat(ModelRewrites.NONE.rewrite(named("special"), 0).model()).isEqualTo("special");
    }

    @Test
    void adapterOfTheModelsName_isRenamedWithIt() {
        ModelRewrites rewrites = ModelRewrites.of(ModelRewrite.of("sql").to("sql-v2"));
        InferenceRequest own =
                InferenceRequest.builder("r", "sql").loraAdapter("sql").build();
        InferenceRequest other =
                InferenceRequest.builder("r", "sql").loraAdapter("style").build();

        assertThat(rewrites.rewrite(own, 0).loraAdapter()).isEqualTo("sql-v2");
        assertThat(rewrites.rewrite(other, 0).loraAdapter()).isEqualTo("style");
    }

    @Property(tries = 500)
    void draw_isAFunctionOfSeedAndRequest_andLandsOnAWeight(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 5) Integer> weights,
            @ForAll @LongRange long seed,
            @ForAll @IntRange(max = 10_000) int id) {
        ModelRewrite rule = new ModelRewrite(Set.of(), targets(weights));
        InferenceRequest request = request("r" + id, "chat");

        String drawn = ModelRewrites.of(rule).rewrite(request, seed).model();

        assertThat(ModelRewrites.of(rule)
                        .rewrite(request("r" + id, "chat"), seed)
                        .model())
                .isEqualTo(drawn);
        int index = Integer.parseInt(drawn.substring(1));
        assertThat(weights.get(index) > 0 || index == weights.size() - 1).isTrue();
    }

    @Property(tries = 40)
    void drawnShares_areTheWeights(@ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 9) Integer> weights) {
        ModelRewrites rewrites = ModelRewrites.of(new ModelRewrite(Set.of(), targets(weights)));
        double total = weights.stream().mapToInt(Integer::intValue).sum() + 1;

        Map<String, Integer> drawn = drawn(rewrites);

        for (int i = 0; i < weights.size(); i++) {
            // More than four standard deviations of any share.
            double weight = weights.get(i) + (i == weights.size() - 1 ? 1 : 0);
            assertThat(drawn.getOrDefault("m" + i, 0) / (double) REQUESTS).isCloseTo(weight / total, within(0.018));
        }
    }

    /** The last one weighs one more, so that there is always one to draw. */
    private static List<ModelRewrite.Target> targets(List<Integer> weights) {
        List<ModelRewrite.Target> targets = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            targets.add(new ModelRewrite.Target("m" + i, weights.get(i) + (i == weights.size() - 1 ? 1 : 0)));
        }
        return targets;
    }

    @Test
    void parameters_haveTheFormOfLlmdsResource_andAreWrittenBack() {
        List<Map<String, Object>> rules = List.of(
                Map.of(
                        "matches",
                        List.of(
                                Map.of("model", Map.of("type", "Exact", "value", "chat")),
                                Map.of("model", Map.of("value", "talk"))),
                        "targets",
                        List.of(Map.of("modelRewrite", "v1", "weight", 3), Map.of("modelRewrite", "v2", "weight", 1))),
                Map.of("targets", List.of(Map.of("modelRewrite", "rest"))));

        ModelRewrites read = parsed(rules);

        assertThat(read.rules())
                .containsExactly(
                        ModelRewrite.of("chat", "talk").to("v1", 3).to("v2", 1),
                        ModelRewrite.ofAny().to("rest"));
        assertThat(parsed(read.toConfiguration()).rules()).isEqualTo(read.rules());
    }

    @Test
    void wrongParameters_areNamed() {
        assertRefused(Map.of(), "modelRewrites[0].targets: must be given");
        assertRefused(Map.of("targets", List.of()), "modelRewrites[0].targets: must have at least one target");
        assertRefused(
                Map.of("targets", List.of(Map.of("modelRewrite", "a", "weight", -1))),
                "modelRewrites[0].targets[0].weight: must be ");
        assertRefused(
                Map.of("targets", List.of(Map.of("modelRewrite", "a", "weight", 0))),
                "modelRewrites[0].targets: must have a weight above 0");
        assertRefused(
                Map.of("targets", List.of(Map.of("model", "a"))), "modelRewrites[0].targets[0].model: no parameter");
        assertRefused(
                Map.of(
                        "targets", List.of(Map.of("modelRewrite", "a")),
                        "matches", List.of(Map.of("model", Map.of("type", "Regex", "value", "a")))),
                "modelRewrites[0].matches[0].model.type: must be Exact");
    }

    @Test
    void wrongRules_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelRewrites.of(ModelRewrite.of("chat")))
                .withMessage("model rewrite of chat: has no target.\nMaybe add one with to(model).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelRewrite.ofAny().to(" "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelRewrite.ofAny().to("a", 1_000_001))
                .withMessageContaining("must be between 0 and 1000000, but was 1000001.\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelRewrite.ofAny().to("a", 0));
    }

    private static void assertRefused(Map<String, Object> rule, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parsed(List.of(rule)))
                .withMessageStartingWith("pointsman." + start)
                .withMessageContaining("\nMaybe ");
    }

    private static ModelRewrites parsed(List<Map<String, Object>> rules) {
        return ModelRewrites.ofParameters(
                Parameters.of("pointsman", Map.of("modelRewrites", rules)).objects("modelRewrites"));
    }

    private static Map<String, Integer> drawn(ModelRewrites rewrites) {
        Map<String, Integer> drawn = new TreeMap<>();
        for (int i = 0; i < REQUESTS; i++) {
            drawn.merge(rewrites.rewrite(request("r" + i, "chat"), 7).model(), 1, Integer::sum);
        }
        return drawn;
    }

    private static InferenceRequest named(String model) {
        return InferenceRequest.builder("r", "chat")
                .headers(HeaderLookup.of(Map.of(RequestHeaders.MODEL_REWRITE, model)))
                .build();
    }

    private static InferenceRequest request(String id, String model) {
        return InferenceRequest.builder(id, model).build();
    }
}
