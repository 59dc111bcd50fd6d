// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plugins whose parameters name other plugins. */
class NamedPluginTest {
    private static final String HEAD = "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n";

    /** What asks for others, at the top and one level down. */
    private record Asking(String name, List<Plugin> found) implements Plugin {}

    private final List<Asking> made = new ArrayList<>();

    private final PluginFactory factory = new PluginFactory() {
        @Override
        public String type() {
            return "asking";
        }

        @Override
        public String description() {
            return "Asks for plugins.";
        }

        @Override
        public List<ParameterSpec> parameters() {
            return List.of(
                    ParameterSpec.optional("other", ParameterSpec.Type.STRING, null, "A plugin."),
                    ParameterSpec.optional("inner", ParameterSpec.Type.OBJECT, null, "More."),
                    ParameterSpec.optional("size", ParameterSpec.Type.INTEGER, "0", "Tells two apart."));
        }

        @Override
        public Plugin create(String name, Parameters parameters) {
            List<Plugin> found = new ArrayList<>();
            Plugin other = parameters.plugin("other", Plugin.class);
            if (other != null) {
                found.add(other);
            }
            if (parameters.has("inner")) {
                found.add(parameters.object("inner").plugin("deep", "fallback", Asking.class));
            }
            Asking asking = new Asking(name, found);
            made.add(asking);
            return asking;
        }
    };

    private Asking made(String name) {
        List<Asking> all =
                made.stream().filter(asking -> asking.name().equals(name)).toList();
        assertThat(all).as("plugins called %s", name).hasSize(1);
        return all.get(0);
    }

    private Pointsman configured(String plugins) {
        return Pointsman.builder(Fleet.create())
                .factory(factory)
                .configuration(EndpointPickerConfig.parse("epp.yaml", HEAD + plugins))
                .build();
    }

    @Test
    void configuration_namesInAnyOrder_areOneInstance() {
        configured("""
                plugins:
                - {name: a, type: asking, parameters: {other: c, inner: {deep: b}}}
                - {name: b, type: asking, parameters: {other: c}}
                - {name: c, type: asking}
                """);

        assertThat(made).hasSize(3);
        assertThat(made("a").found()).containsExactly(made("c"), made("b"));
        assertThat(made("b").found()).containsExactly(made("c"));
    }

    @Test
    void code_namesInAnyOrder_areOneInstance() {
        Pointsman.builder(Fleet.create())
                .factory(factory)
                .plugin("a", "asking", Map.of("inner", Map.of()))
                .plugin("fallback", "asking", Map.of("other", "max-score-picker"))
                .build();

        assertThat(made).hasSize(2);
        assertThat(made("a").found()).containsExactly(made("fallback"));
        assertThat(made("fallback").found()).hasSize(1);
    }

    @Test
    void configuration_mayNameWhatTheHostAddedInCode() {
        Plugin host = new Plugin() {};

        Pointsman.builder(Fleet.create())
                .factory(factory)
                .plugin("host", host)
                .configuration(EndpointPickerConfig.parse(
                        "epp.yaml", HEAD + "plugins: [{type: asking, parameters: {other: host}}]"))
                .build();

        assertThat(made("asking").found()).containsExactly(host);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '{type: asking, parameters: {other: askin}}'                       | 'epp.yaml:3:39: plugins[0].parameters.other: no declared plugin is called askin.' | 'Maybe asking was meant'
                    '{type: asking, parameters: {inner: {deep: max-score-picker}}}'    | 'epp.yaml:3:47: plugins[0].parameters.inner.deep: names max-score-picker, which is a plugin type' | 'Maybe add it to plugins'
                    '{type: asking, parameters: {inner: {}}}'                          | 'epp.yaml:3:39: plugins[0].parameters.inner.deep: no declared plugin is called fallback.' | 'Maybe'
                    '{type: asking, parameters: {inner: {deep: x}}}, {name: x, type: max-score-picker}' | 'epp.yaml:3:47: plugins[0].parameters.inner.deep: must name a Asking, but x is none' | 'Maybe another'
                    '{type: asking, parameters: {other: asking}}'                      | 'epp.yaml:3:39: plugins[0].parameters.other: names asking, which is made only after this plugin: asking -> asking.' | 'Maybe one'
                    '{name: a, type: asking, parameters: {other: b}}, {name: b, type: asking, parameters: {other: a}}' | 'epp.yaml:3:97: plugins[1].parameters.other: names a, which is made only after this plugin: a -> b -> a.' | 'Maybe one'
                    """)
    void configuration_namesThatCannotBe_areRefusedWhereTheyStand(String plugins, String fact, String hint) {
        assertThatThrownBy(() -> configured("plugins: [" + plugins + "]"))
                .isInstanceOf(ConfigurationException.class)
                .message()
                .startsWith(fact)
                .contains("\n" + hint);
    }

    @Test
    void code_namesThatCannotBe_areRefusedWithTheirPath() {
        assertThatThrownBy(() -> Pointsman.builder(Fleet.create())
                        .factory(factory)
                        .plugin("a", "asking", Map.of("other", "b"))
                        .plugin("b", "asking", Map.of("other", "a"))
                        .build())
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("plugin b (asking).other: names a")
                .hasMessageContaining("a -> b -> a");
        assertThatThrownBy(() -> Pointsman.builder(Fleet.create())
                        .factory(factory)
                        .plugin("a", "asking", Map.of("other", "no-such"))
                        .build())
                .hasMessageContaining("plugin a (asking).other: no plugin or plugin type is called no-such");
    }

    @Test
    void reload_aPluginWhoseNamedOneChanged_isMadeAnew() {
        String asker = "plugins:\n- {name: a, type: asking, parameters: {other: b}}\n";
        try (Pointsman pointsman = configured(asker + "- {name: b, type: asking, parameters: {size: 1}}\n")) {
            pointsman.reload(EndpointPickerConfig.parse(
                    "same.yaml", HEAD + asker + "- {name: b, type: asking, parameters: {size: 1}}\n"));
            assertThat(made).as("nothing changed").hasSize(2);

            pointsman.reload(EndpointPickerConfig.parse(
                    "other.yaml", HEAD + asker + "- {name: b, type: asking, parameters: {size: 2}}\n"));

            assertThat(made).as("both again").hasSize(4);
            assertThat(made.get(3).found()).containsExactly(made.get(2));
        }
    }

    @Test
    void outsideAScheduler_thereIsNothingToName() {
        Parameters parameters = Parameters.of("here", Map.of("other", "x"));

        assertThat(parameters.plugin("absent", Plugin.class)).isNull();
        assertThatThrownBy(() -> parameters.plugin("other", Plugin.class))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith("here.other: no plugin is called x.");
    }
}
