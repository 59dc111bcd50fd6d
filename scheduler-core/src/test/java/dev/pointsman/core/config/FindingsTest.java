// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Finding.Rule;
import dev.pointsman.core.fleet.Fleet;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a careful reader would ask about configurations that are correct. */
class FindingsTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";

    private static List<Finding> findings(String text, Expectations expected) {
        try (Pointsman pointsman = Pointsman.builder(Fleet.create())
                .factory(factory("stages", parameters -> new Stages()))
                .factory(factory("disagg-profile-handler", parameters -> new Stages()))
                .factory(factory("aside", parameters -> new Plugin() {}))
                .factory(factory("metric-scorer", parameters -> new MetricScorer()))
                .factory(factory("asker", parameters -> {
                    parameters.plugin("other", Plugin.class);
                    return new MetricScorer();
                }))
                .configuration(EndpointPickerConfig.parse("epp.yaml", text))
                .build()) {
            return pointsman.findings(expected);
        }
    }

    private static void assertFound(String body, Rule rule, int line, String path, String message) {
        assertFound(body, Expectations.NONE, rule, line, path, message);
    }

    private static void assertFound(
            String body, Expectations expected, Rule rule, int line, String path, String message) {
        assertThat(findings(HEAD + body, expected)).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo(rule);
            assertThat(finding.line()).isEqualTo(line);
            assertThat(finding.path()).isEqualTo(path);
            assertThat(finding.message())
                    .startsWith(message)
                    .contains(" Maybe ")
                    .endsWith(".");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                HEAD + "plugins: [{type: queue-scorer}, {type: prefix-cache-scorer}]",
                HEAD + "plugins: [{type: approx-prefix-cache-producer}, {type: prefix-cache-scorer}]",
                HEAD + "plugins: [{type: aside}, {type: asker, parameters: {other: aside}}]",
                HEAD + "featureGates: [haPopulateNonLeaderDatastore=false, flowControl=false]\n"
                        + "plugins: [{type: queue-scorer}, {type: weighted-random-picker}]\n"
                        + "schedulingProfiles: [{name: p, plugins: [{pluginRef: queue-scorer, weight: 2},"
                        + " {pluginRef: weighted-random-picker}]}]"
            })
    void soundConfiguration_hasNone(String text) {
        assertThat(findings(
                        text,
                        Expectations.NONE
                                .longestPromptTokens(100_000)
                                .metrics(Duration.ofMillis(50), Duration.ofSeconds(2))))
                .isEmpty();
    }

    @Test
    void scorerWithWeightZero_isDead() {
        assertFound("""
                plugins: [{type: queue-scorer}, {type: load-aware-scorer}]
                schedulingProfiles:
                - name: p
                  plugins:
                  - {pluginRef: queue-scorer}
                  - {pluginRef: load-aware-scorer, weight: 0}
                """, Rule.DEAD_SCORER, 8, "schedulingProfiles[0].plugins[1]", "load-aware-scorer has weight 0.");
    }

    @Test
    void scorerBesideARandomPicker_isDead() {
        assertFound(
                """
                plugins: [{type: queue-scorer}, {type: random-picker}]
                schedulingProfiles: [{name: p, plugins: [{pluginRef: random-picker}, {pluginRef: queue-scorer}]}]
                """,
                Rule.DEAD_SCORER,
                4,
                "schedulingProfiles[0].plugins[1]",
                "queue-scorer is scored, and random-picker looks at no score.");
    }

    @Test
    void scorerOfLittleReach_isDominated() {
        // 3 times a range of half is 1.5 of 101.5.
        assertFound(
                """
                plugins: [{type: queue-scorer}, {type: load-aware-scorer}]
                schedulingProfiles:
                - name: p
                  plugins:
                  - {pluginRef: queue-scorer, weight: 100}
                  - {pluginRef: load-aware-scorer, weight: 3}
                """,
                Rule.DOMINATED_SCORER,
                8,
                "schedulingProfiles[0].plugins[1]",
                "load-aware-scorer makes up 1.5 % of what scores can differ by");
    }

    @Test
    void sameScorerTwice_isRepeated() {
        assertFound(
                """
                plugins: [{type: queue-scorer}, {name: again, type: queue-scorer}]
                schedulingProfiles: [{name: p, plugins: [{pluginRef: queue-scorer}, {pluginRef: again}]}]
                """,
                Rule.REPEATED_PLUGIN,
                4,
                "schedulingProfiles[0].plugins[1]",
                "again says the same as queue-scorer.");
    }

    @Test
    void sameFilterTwice_isRepeated() {
        assertFound(
                """
                plugins: [{type: queue-scorer}, {type: decode-filter}]
                schedulingProfiles:
                - name: p
                  plugins: [{pluginRef: decode-filter}, {pluginRef: queue-scorer}, {pluginRef: decode-filter}]
                """,
                Rule.REPEATED_PLUGIN,
                6,
                "schedulingProfiles[0].plugins[2]",
                "decode-filter keeps the same as before.");
    }

    @Test
    void pluginThatNothingUses_isPointedOut() {
        assertFound("""
                plugins: [{type: queue-scorer}, {type: load-aware-scorer}]
                schedulingProfiles: [{name: p, plugins: [{pluginRef: queue-scorer}]}]
                """, Rule.UNUSED_PLUGIN, 3, "plugins[1]", "load-aware-scorer is declared, and no profile uses it.");
        assertFound(
                "plugins: [{type: queue-scorer}, {type: aside}]",
                Rule.UNUSED_PLUGIN,
                3,
                "plugins[1]",
                "aside is declared, and no plugin's parameters name it.");
    }

    @Test
    void pluginWhereItDoesNothing_isMisplaced() {
        assertFound(
                """
                plugins: [{type: queue-scorer}, {type: approx-prefix-cache-producer}, {type: prefix-cache-scorer}]
                schedulingProfiles:
                - name: p
                  plugins:
                  - {pluginRef: queue-scorer}
                  - {pluginRef: prefix-cache-scorer}
                  - {pluginRef: approx-prefix-cache-producer}
                """,
                Rule.MISPLACED_PLUGIN,
                9,
                "schedulingProfiles[0].plugins[2]",
                "approx-prefix-cache-producer is no filter, scorer or picker");
        assertFound(
                """
                plugins: [{type: queue-scorer}, {type: max-score-picker}]
                schedulingProfiles:
                - name: p
                  plugins: [{pluginRef: queue-scorer}, {pluginRef: max-score-picker, weight: 2}]
                """,
                Rule.MISPLACED_PLUGIN,
                6,
                "schedulingProfiles[0].plugins[1].weight",
                "max-score-picker is no scorer, so its weight has no effect.");
    }

    @Test
    void profileThatTheHandlerDoesNotKnow_neverRuns() {
        assertFound("""
                plugins: [{type: queue-scorer}, {type: stages}]
                schedulingProfiles:
                - {name: first, plugins: [{pluginRef: queue-scorer}]}
                - {name: frist, plugins: [{pluginRef: queue-scorer}]}
                """, Rule.PROFILE_NEVER_RUN, 6, "schedulingProfiles[1]", "profile frist is never run by stages.");
    }

    @Test
    void profileWithoutScorer_choosesAtRandom() {
        assertFound(
                """
                plugins: [{type: decode-filter}]
                schedulingProfiles: [{name: p, plugins: [{pluginRef: decode-filter}]}]
                """, Rule.RANDOM_CHOICE, 4, "schedulingProfiles[0]", "profile p has no scorer with a weight above 0");
        assertFound("plugins: [{type: max-score-picker}]", Rule.RANDOM_CHOICE, 1, "", "no scorer is declared");
    }

    @Test
    void profileThatNamesNoneOfSeveralPickers_isAmbiguous() {
        assertThat(findings(HEAD + """
                                plugins: [{type: queue-scorer}, {type: max-score-picker}, {type: random-picker}]
                                schedulingProfiles: [{name: p, plugins: [{pluginRef: queue-scorer}]}]
                                """, Expectations.NONE))
                .filteredOn(finding -> finding.rule() == Rule.AMBIGUOUS_PICKER)
                .extracting(Finding::toString)
                .containsExactly("line 4: schedulingProfiles[0]: profile p names none of the pickers max-score-picker,"
                        + " random-picker; the first is taken, and llm-d takes any. Maybe name one.");
    }

    @Test
    void stageWithoutFilter_mayRunAnywhere() {
        assertFound("""
                plugins: [{type: queue-scorer}, {type: disagg-profile-handler}]
                schedulingProfiles: [{name: first, plugins: [{pluginRef: queue-scorer}]}]
                """, Rule.ANY_ROLE, 4, "schedulingProfiles[0]", "profile first is a stage and has no filter");
    }

    @Test
    void prefixProducerThatNobodyReads_isPointedOut() {
        assertFound(
                "plugins: [{type: prefix-cache-scorer}, {type: precise-prefix-cache-producer}]",
                Rule.OTHER_PRODUCER,
                3,
                "plugins[1]",
                "nobody reads what precise-prefix-cache-producer produces. Maybe set prefixMatchInfoProducerName of"
                        + " prefix-cache-scorer to precise-prefix-cache-producer.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    maxPrefixTokensToMatch: 16384                                           | looks at 16384 tokens of a prompt  | maxPrefixTokensToMatch
                    'maxPrefixTokensToMatch: 0, maxPrefixBlocksToMatch: 100'                | looks at 6400 tokens of a prompt   | maxPrefixBlocksToMatch
                    'maxPrefixTokensToMatch: 0, maxPrefixBlocksToMatch: 100, blockSizeTokens: 128' | looks at 12800 tokens of a prompt | maxPrefixBlocksToMatch
                    """)
    void matchThatEndsBeforePromptsDo_isPointedOut(String parameters, String found, String parameter) {
        assertFound(
                "plugins: [{type: prefix-cache-scorer}, {type: approx-prefix-cache-producer, parameters: {" + parameters
                        + "}}]",
                Expectations.NONE.longestPromptTokens(100_000),
                Rule.MATCH_CAP_BELOW_CONTEXT,
                3,
                "plugins[1]",
                "approx-prefix-cache-producer " + found);
    }

    @Test
    void matchCapOfADefaultProducer_isPointedOutToo() {
        assertThat(findings("", Expectations.NONE.longestPromptTokens(1_000_000)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.rule()).isEqualTo(Rule.MATCH_CAP_BELOW_CONTEXT);
                    assertThat(finding.line()).isZero();
                    assertThat(finding.message()).contains("looks at 131072 tokens");
                });
    }

    @Test
    void historyThatOnePromptPushesOut_isPointedOut() {
        assertFound(
                "plugins: [{type: prefix-cache-scorer}, {type: approx-prefix-cache-producer, parameters:"
                        + " {autoTune: false, lruCapacityPerServer: 1000}}]",
                Expectations.NONE.longestPromptTokens(100_000),
                Rule.HISTORY_BELOW_CONTEXT,
                3,
                "plugins[1]",
                "approx-prefix-cache-producer remembers 64000 tokens of each endpoint");
    }

    @Test
    void metricsThatComeTooSeldom_arePointedOut() {
        assertFound(
                "plugins: [{type: metric-scorer}]",
                Expectations.NONE.metrics(Duration.ofSeconds(5), Duration.ofSeconds(2)),
                Rule.POLLED_TOO_SELDOM,
                3,
                "plugins[0]",
                "metric-scorer reads metrics that come every 5000 ms and count in full for 2000 ms");
    }

    @Test
    void sectionOfAClosedGate_isIgnored() {
        assertFound(
                "plugins: [{type: queue-scorer}]\nflowControl: {maxBytes: 1Gi}",
                Rule.IGNORED_SECTION,
                4,
                "flowControl",
                "has no effect as long as the gate flowControl is off.");
    }

    @Test
    void olderNames_arePointedOut() {
        assertThat(findings(
                        HEAD.replace("llm-d.ai", "inference.networking.x-k8s.io")
                                + "plugins: [{type: queue-scorer}, {type: by-label-selector}]",
                        Expectations.NONE))
                .extracting(Finding::rule, Finding::line)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Rule.DEPRECATED_NAME, 1),
                        org.assertj.core.groups.Tuple.tuple(Rule.DEPRECATED_NAME, 3));
    }

    @Test
    void negativeExpectation_isRefused() {
        assertThatThrownBy(() -> Expectations.NONE.longestPromptTokens(-1))
                .hasMessageStartingWith("longestPromptTokens: must be at least 0");
    }

    @Test
    void requestDecorator_worksByItself() {
        assertThat(findings(
                        HEAD + "plugins: [{type: prefill-header-handler}, {type: queue-scorer}]", Expectations.NONE))
                .extracting(Finding::rule)
                .doesNotContain(Rule.UNUSED_PLUGIN);
    }

    @Test
    void olderNameOfAParameter_isFound_andCounts() {
        String text =
                HEAD + "plugins:\n- type: approx-prefix-cache-producer\n  parameters: {autoTune: false, blockSize: 512,"
                        + " lruCapacityPerServer: 100}\n- type: prefix-cache-scorer\n";

        assertThat(findings(text, Expectations.NONE.longestPromptTokens(40_000)))
                .extracting(Finding::rule, Finding::path)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Rule.DEPRECATED_NAME, "plugins[0].parameters.blockSize"));
    }

    private static PluginFactory factory(String type, Function<Parameters, Plugin> maker) {
        return new PluginFactory() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public String description() {
                return "For tests.";
            }

            @Override
            public List<ParameterSpec> parameters() {
                return List.of(ParameterSpec.optional("other", ParameterSpec.Type.STRING, null, "A plugin."));
            }

            @Override
            public Plugin create(String name, Parameters parameters) {
                return maker.apply(parameters);
            }
        };
    }

    private static final class MetricScorer implements Scorer {
        @Override
        public Set<Signal> signals() {
            return Set.of(Signal.values()[0]);
        }

        @Override
        public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {}
    }

    /** Runs the profile called first, and no other. */
    private static final class Stages implements ProfileHandler {
        @Override
        public List<String> next(ProductionCycle cycle, ProfileResults results) {
            return List.of();
        }

        @Override
        public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {}

        @Override
        public Set<String> mayRun(List<String> profiles) {
            return Set.of("first");
        }
    }
}
