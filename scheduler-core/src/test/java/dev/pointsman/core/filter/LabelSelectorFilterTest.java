// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.Allocations;
import dev.pointsman.core.scorer.SteadyCycle;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorFilterTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(endpoint("gold-eu", Map.of("tier", "gold", "zone", "eu")))
            .endpoint(endpoint("silver-us", Map.of("tier", "silver", "zone", "us")))
            .hole()
            .endpoint(endpoint("old-eu", Map.of("tier", "silver", "zone", "eu", "deprecated", "true")))
            .endpoint(endpoint("empty-tier", Map.of("tier", "")))
            .endpoint(endpoint("bare", Map.of()))
            .build();

    @Test
    void noRequirements_keepsAll() {
        assertThat(kept(LabelSelectorFilter.builder())).isEqualTo(FLEET.ids());
    }

    @Test
    void label_keepsTheExactValueOnly() {
        assertThat(kept(LabelSelectorFilter.builder().label("zone", "eu"))).containsExactly("gold-eu", "old-eu");
    }

    @Test
    void in_keepsAnyOfTheValues() {
        assertThat(kept(LabelSelectorFilter.builder().in("tier", "gold", "", "gold")))
                .containsExactly("gold-eu", "empty-tier");
    }

    @Test
    void notIn_keepsWhatLacksTheLabelToo() {
        assertThat(kept(LabelSelectorFilter.builder().notIn("tier", "gold", "silver")))
                .containsExactly("empty-tier", "bare");
    }

    @Test
    void exists_asksForTheKeyOnly() {
        assertThat(kept(LabelSelectorFilter.builder().exists("zone")))
                .containsExactly("gold-eu", "silver-us", "old-eu");
    }

    @Test
    void doesNotExist_keepsAnEndpointWithoutAnyLabel() {
        assertThat(kept(LabelSelectorFilter.builder().doesNotExist("zone"))).containsExactly("empty-tier", "bare");
    }

    @Test
    void llmd_neverMatchesAnEndpointWithoutAnyLabel_unlessNothingIsRequired() {
        TestCycle cycle = TestCycle.of(FLEET);

        assertThat(cycle.filter(
                        LabelSelectorFilter.builder().doesNotExist("zone").build(Semantics.LLM_D)))
                .containsExactly("empty-tier");
        assertThat(cycle.filter(
                        LabelSelectorFilter.builder().notIn("zone", "eu").build(Semantics.LLM_D)))
                .containsExactly("silver-us", "empty-tier");
        assertThat(cycle.filter(LabelSelectorFilter.builder().build(Semantics.LLM_D)))
                .isEqualTo(FLEET.ids());
    }

    @Test
    void severalRequirements_mustAllBeMet() {
        assertThat(kept(LabelSelectorFilter.builder()
                        .labels(Map.of("zone", "eu", "tier", "silver"))
                        .doesNotExist("deprecated")))
                .isEmpty();
    }

    @Test
    void noCandidates_isNotAnError() {
        TestCycle cycle = TestCycle.of(FLEET);

        assertThat(cycle.filter(LabelSelectorFilter.matching("zone=eu"), cycle.candidates(new String[0])))
                .isEmpty();
    }

    @Test
    void isAConstraint() {
        assertThat(LabelSelectorFilter.builder().build().constraint()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    zone=eu                                   | gold-eu old-eu
                    zone == eu                                | gold-eu old-eu
                    zone!=eu                                  | silver-us empty-tier bare
                    tier in (gold, silver)                    | gold-eu silver-us old-eu
                    tier in (gold)                            | gold-eu
                    tier notin (gold,silver)                  | empty-tier bare
                    tier=                                     | empty-tier
                    tier in (gold,)                           | gold-eu empty-tier
                    deprecated                                | old-eu
                    !zone                                     | empty-tier bare
                    ! zone                                    | empty-tier bare
                    zone=eu, tier in (silver), !x,deprecated  | old-eu
                    in in (in)                                | ''
                    !in                                       | gold-eu silver-us old-eu empty-tier bare
                    """)
    void matching_readsKubernetesNotation(String selector, String expected) {
        List<String> ids = expected.isEmpty() ? List.of() : List.of(expected.split(" "));

        assertThat(TestCycle.of(FLEET).filter(LabelSelectorFilter.matching(selector)))
                .isEqualTo(ids);
    }

    @Test
    void matching_nothing_keepsAll() {
        assertThat(TestCycle.of(FLEET).filter(LabelSelectorFilter.matching(" ")))
                .isEqualTo(FLEET.ids());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=eu",
                "zone=eu,",
                "zone in gold",
                "zone in ()x",
                "a b",
                "!zone=eu",
                "zone>5",
                "tier in (a b)",
                "zonein (a)",
                "tier in (a",
                ","
            })
    void matching_anythingElse_isRefusedAndShown(String selector) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelSelectorFilter.matching(selector))
                .withMessageStartingWith("selector \"" + selector + "\": cannot read \"")
                .withMessageContaining(
                        "\nMaybe write key=value, key!=value, key in (a, b), key notin (a, b), key or !key.");
    }

    @Test
    void builder_refusesWhatCannotBeMeant() {
        LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.label(" ", "eu"))
                .withMessageStartingWith("label key: must not be blank.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.in("zone"))
                .withMessageStartingWith("label zone: needs at least one value to compare with.");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.notIn("zone"));
    }

    @Property
    void text_meansTheSameAsTheSelectorItWasMadeOf(
            @ForAll("selectors") LabelSelectorFilter filter, @ForAll("labelSets") List<Map<String, String>> labelSets) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < labelSets.size(); i++) {
            fleet.endpoint(endpoint("e" + i, labelSets.get(i)));
        }
        TestCycle cycle = TestCycle.of(fleet.build());

        assertThat(cycle.filter(LabelSelectorFilter.matching(filter.toString())))
                .isEqualTo(cycle.filter(filter));
        assertThat(cycle.filter(filter, cycle.candidates().reversed()))
                .containsExactlyInAnyOrderElementsOf(cycle.filter(filter));
    }

    @Property
    void keepsWhatTheNaiveReadingKeeps(
            @ForAll("requirements") List<Requirement> requirements,
            @ForAll("labelSets") List<Map<String, String>> labelSets) {
        LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();
        requirements.forEach(requirement -> requirement.addTo(builder));
        TestFleet.Builder fleet = TestFleet.builder();
        List<String> met = new ArrayList<>();
        List<String> metByLlmd = new ArrayList<>();
        for (int i = 0; i < labelSets.size(); i++) {
            Map<String, String> labels = labelSets.get(i);
            fleet.endpoint(endpoint("e" + i, labels));
            if (requirements.stream().allMatch(requirement -> requirement.isMetBy(labels))) {
                met.add("e" + i);
                if (requirements.isEmpty() || !labels.isEmpty()) {
                    metByLlmd.add("e" + i);
                }
            }
        }
        TestCycle cycle = TestCycle.of(fleet.build());

        assertThat(cycle.filter(builder.build())).isEqualTo(met);
        assertThat(cycle.filter(builder.build(Semantics.LLM_D))).isEqualTo(metByLlmd);
    }

    @Provide
    Arbitrary<LabelSelectorFilter> selectors() {
        return requirements().map(requirements -> {
            LabelSelectorFilter.Builder builder = LabelSelectorFilter.builder();
            requirements.forEach(requirement -> requirement.addTo(builder));
            return builder.build();
        });
    }

    @Provide
    Arbitrary<List<Requirement>> requirements() {
        Arbitrary<String> keys = Arbitraries.of("a", "b", "c");
        Arbitrary<List<String>> values =
                Arbitraries.of("x", "y", "z").list().ofMinSize(1).ofMaxSize(3);
        return Combinators.combine(keys, values, Arbitraries.integers().between(0, 4))
                .as(Requirement::new)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Map<String, String>>> labelSets() {
        return Arbitraries.maps(Arbitraries.of("a", "b", "c"), Arbitraries.of("x", "y", "z"))
                .list()
                .ofMaxSize(10);
    }

    record Requirement(String key, List<String> values, int kind) {
        boolean isMetBy(Map<String, String> labels) {
            boolean there = labels.containsKey(key);
            String value = labels.getOrDefault(key, "");
            return switch (kind) {
                case 0 -> there && value.equals(values.get(0));
                case 1 -> there && values.contains(value);
                case 2 -> !there || !values.contains(value);
                case 3 -> there;
                default -> !there;
            };
        }

        void addTo(LabelSelectorFilter.Builder builder) {
            switch (kind) {
                case 0 -> builder.label(key, values.get(0));
                case 1 -> builder.in(key, values.toArray(new String[0]));
                case 2 -> builder.notIn(key, values.toArray(new String[0]));
                case 3 -> builder.exists(key);
                default -> builder.doesNotExist(key);
            }
        }
    }

    @Test
    void filtering_allocatesNothing() {
        LabelSelectorFilter filter =
                LabelSelectorFilter.matching("tier in (gold, silver), zone=eu, !deprecated, x notin (y)");
        SteadyCycle cycle = new SteadyCycle(TestCycle.of(FLEET));
        TestCandidates candidates = TestCycle.of(FLEET).candidates();
        filter.filter(cycle, candidates); // so that the fixture's bits are there

        assertThat(Allocations.perCall(() -> filter.filter(cycle, candidates))).isLessThan(1);
        assertThat(candidates.kept()).containsExactly("gold-eu");
    }

    private static List<String> kept(LabelSelectorFilter.Builder builder) {
        return TestCycle.of(FLEET).filter(builder.build());
    }

    private static Endpoint endpoint(String id, Map<String, String> labels) {
        return Endpoint.builder(id, id + ":8000").labels(labels).build();
    }
}
