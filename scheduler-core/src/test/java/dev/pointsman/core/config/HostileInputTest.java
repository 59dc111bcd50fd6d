// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Texts that are meant to hurt. Each is refused with an error of two lines of bounded length, and the scheduler that was to load
 * it goes on as before. The time limit is only there so that a text without end fails the build instead of hanging it.
 */
@Timeout(120)
class HostileInputTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";
    private static final int MOST_MESSAGE = 5_000;

    private static final Pointsman RUNNING = Pointsman.builder(fleet(2))
            .configuration(EndpointPickerConfig.parse("good.yaml", HEAD + "plugins: [{type: queue-scorer}]"))
            .build();

    private static final String EFFECTIVE = RUNNING.effectiveConfiguration();

    @AfterAll
    static void runningConfiguration_isUntouched() {
        assertThat(RUNNING.effectiveConfiguration()).isEqualTo(EFFECTIVE);
        dispatched(RUNNING, request("r")).close();
        RUNNING.close();
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                hostile("a billion laughs", laughs(), "plugins[0][0]: anchors and aliases are not allowed."),
                hostile("alias", HEAD + "plugins: *x", "plugins: anchors and aliases are not allowed."),
                hostile("anchor on a name", "&a " + HEAD, "anchors and aliases are not allowed."),
                hostile(
                        "alias of text",
                        HEAD + "plugins: [{type: &a queue-scorer, name: x}, {type: *a}]",
                        "plugins[1].type: anchors and aliases are not allowed."),
                hostile("merge key", HEAD + "<<: {plugins: []}", "no field is called <<."),
                hostile("Java tag", HEAD + "plugins: !!javax.script.ScriptEngineManager [x]", "the tag "),
                hostile("binary tag", HEAD + "plugins: !!binary aGVsbG8=", "the tag tag:yaml.org,2002:binary is not"),
                hostile("local tag", HEAD + "plugins: [{type: !x queue-scorer}]", "the tag "),
                hostile("deep flow lists", HEAD + "plugins: " + "[".repeat(500_000), "more than 64 levels."),
                hostile("deep flow objects", HEAD + "plugins: " + "{a: ".repeat(200_000), "more than 64 levels."),
                hostile("deep block lists", HEAD + "plugins:\n" + "- ".repeat(500_000), "more than 64 levels."),
                hostile("deep block objects", deepBlock(), "more than 64 levels."),
                hostile("deep questions", "? ".repeat(500_000), "is not YAML"),
                hostile("deep JSON objects", "{\"a\":".repeat(190_000), "more than 64 levels."),
                hostile("deep JSON lists", "{\"a\":" + "[".repeat(1_000_000), "more than 64 levels."),
                hostile("megabytes", HEAD + "#".repeat(1 << 20), "1048576 are the most."),
                hostile(
                        "values without end",
                        HEAD + "plugins: [" + "1,".repeat(400_000) + "]",
                        "more than 100000 values."),
                hostile(
                        "long text",
                        HEAD + "plugins: [{type: " + "x".repeat(900_000) + "}]",
                        "plugins[0].type: must be one line of at most 253 characters, but was xxx"),
                hostile("line breaks", HEAD + "plugins: \"" + "\\n".repeat(400_000) + "\"", "was text (\\n\\n\\n"),
                hostile(
                        "line break in a name",
                        HEAD + "plugins: [{type: queue-scorer, name: \"a\\nb\"}]",
                        "plugins[0].name: must be one line of at most 253 characters, but was a\\nb."),
                hostile("long name", "{\"" + "x".repeat(5_000) + "\": 1}", "a name has 5000 characters"),
                hostile("many names", HEAD + manyNames(), "no field is called k0."),
                hostile(
                        "long number",
                        HEAD + "plugins: [{type: x, parameters: {y: " + "9".repeat(500) + "}}]",
                        "500 digits"),
                hostile("second document", HEAD + "---\n" + HEAD, "a second document begins."),
                hostile("many documents", "---\n".repeat(200_000), "a second document begins."),
                hostile(
                        "name twice",
                        HEAD + "kind: EndpointPickerConfig",
                        "gives a name twice: Duplicate field 'kind'."),
                hostile("name twice in JSON", "{\"kind\": \"a\", \"kind\": \"b\"}", "gives a name twice"),
                hostile(
                        "name twice in parameters",
                        HEAD + "plugins: [{type: load-aware-scorer, parameters: {threshold: 1, threshold: 2}}]",
                        "gives a name twice: Duplicate field 'threshold'."),
                hostile("list as a name", "? [a, b]\n: c\n", "is not YAML"),
                hostile("object as a name", HEAD + "? {a: b}\n: c\n", "is not YAML"),
                hostile("NUL", HEAD + "plugins: \0", "U+0000"),
                hostile("control character", HEAD + "plugins: \u0007", "bad.yaml:3:10: has the character U+0007"),
                hostile("lone surrogate", HEAD + "plugins: \ud800", "U+D800"),
                hostile("tab", HEAD + "plugins:\n\t- type: queue-scorer\n", "bad.yaml:4:1: is not YAML"),
                hostile("byte order mark inside", HEAD + "\uFEFFplugins: []", "\\ufeffplugins"),
                hostile("unknown version of YAML", "%YAML 9.9\n---\n" + HEAD, "is not YAML"),
                hostile("half of JSON", "{\"apiVersion\": \"llm-d.ai/v1alpha1\"", "is not JSON"),
                hostile("more after JSON", "{\"kind\": \"EndpointPickerConfig\"} x", "is not JSON"),
                hostile("comment in JSON", "{\"kind\": /* */ \"EndpointPickerConfig\"}", "is not JSON"),
                hostile("NaN in JSON", "{\"kind\": NaN}", "is not JSON"),
                hostile("text", "just text", "must be an object, but was text."),
                hostile("list", "[1, 2]", "must be an object, but was a list."),
                hostile("number", "7", "must be an object, but was a number."));
    }

    private static Arguments hostile(String name, String text, String fact) {
        return arguments(named(name, text), named("...", fact));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void hostileText_isRefusedInTwoLines(String text, String fact) {
        assertRefused(text).hasMessageContaining(fact);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NaN",
                ".nan",
                ".inf",
                "-.inf",
                "-1",
                "0",
                "1.5",
                "1e999999999",
                "1e-999999999",
                "99999999999999999999",
                "'7'",
                "yes",
                "[]",
                "{}",
                "017",
                "0o17",
                "1:30",
                "2001-01-01",
                "!!int 7"
            })
    void valueThatIsNoPositiveWholeNumber_isRefusedWhereItStands(String value) {
        assertRefused(HEAD + "plugins:\n- type: burst-prefix-cache-producer\n  parameters:\n    windowDurationMs: "
                        + value + "\n")
                .hasMessageStartingWith("bad.yaml:6:")
                .hasMessageContaining("plugins[0].parameters.windowDurationMs: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "-0.001", ".nan", ".inf", "-.inf", "1e309", "1e999999999", "'2'", "true", "[1]", "{}"})
    void weightThatIsNone_isRefusedWhereItStands(String weight) {
        assertRefused(HEAD + "plugins: [{type: queue-scorer}]\nschedulingProfiles:\n- name: p\n  plugins:\n"
                        + "  - pluginRef: queue-scorer\n    weight: " + weight + "\n")
                .hasMessageStartingWith("bad.yaml:8:")
                .hasMessageContaining("schedulingProfiles[0].plugins[0].weight: must be a finite number");
    }

    @Test
    void weightsThatAddUpToMoreThanANumberHolds_areRefused() {
        assertRefused(HEAD + "plugins: [{type: queue-scorer}, {type: load-aware-scorer}]\nschedulingProfiles:\n"
                        + "- name: p\n  plugins:\n  - {pluginRef: queue-scorer, weight: 1e308}\n"
                        + "  - {pluginRef: load-aware-scorer, weight: 1e308}\n")
                .hasMessageStartingWith("bad.yaml:5:3: schedulingProfiles[0]: profile p: its weights must add up");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plugins",
                "schedulingProfiles",
                "featureGates",
                "dataLayer",
                "flowControl",
                "requestHandler",
                "saturationDetector",
                "parser",
                "pointsman"
            })
    void valueOfAnotherKind_isRefusedWhereItStands(String field) {
        for (String value : List.of("'text'", "7", "true", "[7]", "[[]]", "['text', null]", "{x: y}")) {
            assertRefused(HEAD + field + ": " + value + "\n")
                    .hasMessageStartingWith("bad.yaml:3:")
                    .hasMessageContaining(": " + field);
        }
    }

    @Test
    void byteOrderMark_isSkipped() {
        assertThat(EndpointPickerConfig.parse("bom.yaml", "\uFEFF" + HEAD).plugins())
                .isEmpty();
        assertThat(EndpointPickerConfig.parse(
                                "bom.json",
                                "\uFEFF{\"apiVersion\": \"llm-d.ai/v1alpha1\", \"kind\": \"EndpointPickerConfig\"}")
                        .plugins())
                .isEmpty();
    }

    @Test
    void fieldsWithoutValues_areAbsent() {
        EndpointPickerConfig config = EndpointPickerConfig.parse("empty.yaml", HEAD + """
                featureGates:
                dataLayer: ~
                flowControl: {}
                plugins:
                - type: load-aware-scorer
                  name:
                  parameters: {threshold: }
                - {type: queue-scorer, parameters: , name: }
                schedulingProfiles: null
                """);

        assertThat(config.plugins())
                .extracting(DeclaredPlugin::name)
                .containsExactly("load-aware-scorer", "queue-scorer");
        assertThat(config.plugins().get(0).parameters()).isEmpty();
        assertRefused(HEAD + "plugins: [{type: load-aware-scorer, parameters: {thresold: }}]")
                .hasMessageContaining("Maybe threshold was meant");
    }

    @Test
    void fileThatIsNoText_isRefused(@TempDir Path folder) throws IOException {
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xC3, (byte) 0x28, 0, 1});
        Path utf16 = Files.write(folder.resolve("utf16.yaml"), HEAD.getBytes(StandardCharsets.UTF_16));
        Path large = Files.write(folder.resolve("large.yaml"), new byte[(1 << 20) + 1]);

        assertThatThrownBy(() -> EndpointPickerConfig.load(binary)).hasMessageContaining("binary.yaml: is not UTF-8.");
        assertThatThrownBy(() -> EndpointPickerConfig.load(utf16)).hasMessageContaining("utf16.yaml: is not UTF-8.");
        assertThatThrownBy(() -> EndpointPickerConfig.load(large))
                .hasMessageContaining("large.yaml: has more than 1048576 bytes");
    }

    @Test
    void deviceThatNeverEnds_isRefused() {
        Path zeros = Path.of("/dev/zero");
        assumeThat(zeros).as("a device that never ends").exists();

        assertThatThrownBy(() -> EndpointPickerConfig.load(zeros)).hasMessageContaining("has more than 1048576 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plugins: [{type: session-affinity-filter, parameters: {sessionIdConfig: {foo: }}}]"
                        + " | plugins[0].parameters.sessionIdConfig.foo",
                "plugins: [{type: utilization-filter, parameters: {conditions: [{metric: waiting-queue, maxValue: 1, max: }]}}]"
                        + " | plugins[0].parameters.conditions[0].max",
                "flowControl: {typo: } | flowControl.typo",
                "flowControl: {priorityBands: [{priority: 1, maxRequest: }]} | flowControl.priorityBands[0].maxRequest",
                "pointsman: {conditionalDecode: {producers: }} | pointsman.conditionalDecode.producers"
            })
    void unknownNameWithoutValue_isFoundAtAnyDepth(String body, String path) {
        assertRefused(HEAD + body + "\n").hasMessageContaining(path + ": no ");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String text) {
        return assertThatThrownBy(() -> RUNNING.reload(EndpointPickerConfig.parse("bad.yaml", text)))
                .isInstanceOfSatisfying(ConfigurationException.class, e -> {
                    assertThat(e.file()).isEqualTo("bad.yaml");
                    assertThat(e.getMessage()).startsWith("bad.yaml:").hasSizeLessThan(MOST_MESSAGE);
                    assertThat(e.getMessage().lines().toList()).hasSize(2);
                    assertThat(e.getMessage()).contains("\nMaybe ");
                });
    }

    private static String laughs() {
        StringBuilder text = new StringBuilder(HEAD + "plugins:\n- &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            text.append("- &a").append(i).append(" [");
            text.append(("*a" + (i - 1) + ", ").repeat(9)).append("x]\n");
        }
        return text.toString();
    }

    private static String deepBlock() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < 1_000; i++) {
            text.append(" ".repeat(i)).append("a:\n");
        }
        return text.toString();
    }

    private static String manyNames() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 90_000; i++) {
            text.append('k').append(i).append(": 1\n");
        }
        return text.toString();
    }
}
