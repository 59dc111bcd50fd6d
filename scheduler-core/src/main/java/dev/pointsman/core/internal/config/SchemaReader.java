// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.request.RequestSettings;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the fields of an {@code EndpointPickerConfig} and refuses what they must not hold. Plugin types are not known here. */
public final class SchemaReader {
    /** The API versions that are read, the newest first. */
    public static final List<String> API_VERSIONS =
            List.of("llm-d.ai/v1alpha1", "inference.networking.x-k8s.io/v1alpha1");

    /** The only kind. */
    public static final String KIND = "EndpointPickerConfig";

    private static final List<String> ROOT_FIELDS = List.of(
            "apiVersion",
            "kind",
            "featureGates",
            "plugins",
            "schedulingProfiles",
            "dataLayer",
            "flowControl",
            "requestHandler",
            "saturationDetector",
            "parser",
            "pointsman");

    private static final String FLOW_CONTROL = "flowControl";

    /** Gates that are known. What llm-d does behind the second has no counterpart here, so it may be open or not. */
    private static final List<String> GATES = List.of(FLOW_CONTROL, "haPopulateNonLeaderDatastore");

    /** What llm-d does not know. */
    private static final List<ParameterSpec> OURS = Stream.concat(
                    Stream.of(ParameterSpec.optional(
                            "semantics", ParameterSpec.Type.STRING, "llm-d", "Whose semantics hold.")),
                    RequestSettings.FIELDS.stream())
            .toList();

    private final String file;
    private final Section root;

    private SchemaReader(String file, Section root) {
        this.file = file;
        this.root = root;
    }

    /**
     * Reads a document.
     *
     * @throws ConfigurationException if it is no configuration
     */
    public static ConfigSource read(String file, Node document) {
        return new SchemaReader(file, Section.root(file, document)).read();
    }

    private ConfigSource read() {
        root.only(ROOT_FIELDS);
        oneOf("apiVersion", API_VERSIONS);
        oneOf("kind", List.of(KIND));
        featureGates();
        CheckedOnly.check(root);
        Semantics semantics = semantics();
        RequestSettings requests = requests();

        List<Section> pluginSections = root.sections("plugins");
        Map<String, DeclaredPlugin> plugins = new TreeMap<>();
        List<DeclaredPlugin> inOrder = new ArrayList<>();
        for (Section section : pluginSections) {
            DeclaredPlugin plugin = plugin(section);
            if (plugins.put(plugin.name(), plugin) != null) {
                throw section.error(
                        section.has("name") ? "name" : "type",
                        "another plugin is called " + plugin.name() + " already.",
                        "Maybe give this one a name of its own.");
            }
            inOrder.add(plugin);
        }
        List<Section> profileSections = root.sections("schedulingProfiles");
        Map<String, DeclaredProfile> profiles = new TreeMap<>();
        List<DeclaredProfile> profilesInOrder = new ArrayList<>();
        for (Section section : profileSections) {
            DeclaredProfile profile = profile(section, plugins.keySet());
            if (profiles.put(profile.name(), profile) != null) {
                throw section.error(
                        "name",
                        "another profile is called " + profile.name() + " already.",
                        "Maybe give this one a name of its own.");
            }
            profilesInOrder.add(profile);
        }
        return new ConfigSource(
                file, root, semantics, inOrder, pluginSections, profilesInOrder, profileSections, requests);
    }

    private void oneOf(String field, List<String> allowed) {
        String given = root.requiredText(field, "Maybe " + allowed.get(0) + " is right.");
        if (!allowed.contains(given)) {
            throw root.error(
                    field,
                    "must be " + String.join(" or ", allowed) + ", but was " + given + ".",
                    "Maybe it is a file of another kind or of a later version.");
        }
    }

    /** One that is named more than once is as the last says. */
    private void featureGates() {
        List<String> given = root.texts("featureGates");
        Map<String, Integer> open = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            String gate = given.get(i).strip();
            int equals = gate.indexOf('=');
            String name = equals < 0 ? gate : gate.substring(0, equals);
            String setting = equals < 0 ? "true" : gate.substring(equals + 1);
            String at = root.path("featureGates") + "[" + i + "]";
            if (!GATES.contains(name)) {
                throw root.of(ParameterException.unknown(at, "feature gate", name, GATES));
            }
            if (!setting.equals("true") && !setting.equals("false")) {
                throw root.of(new ParameterException(
                        at,
                        "must be " + name + "=true or " + name + "=false, but was " + gate + ".",
                        "Maybe write " + name + " alone to open the gate."));
            }
            open.remove(name);
            if (setting.equals("true")) {
                open.put(name, i);
            }
        }
        if (open.containsKey(FLOW_CONTROL)) {
            throw root.of(new ParameterException(
                    "featureGates[" + open.get(FLOW_CONTROL) + "]",
                    "opens " + FLOW_CONTROL + ", and flow control is not read from a configuration yet.",
                    "Maybe remove the gate, and have requests wait in the host."));
        }
    }

    private Semantics semantics() {
        Section ours = root.section("pointsman");
        if (ours == null) {
            return Semantics.LLM_D;
        }
        ours.only(OURS.stream().map(ParameterSpec::name).toList());
        String given = ours.text("semantics");
        if (given == null || given.equals("llm-d")) {
            return Semantics.LLM_D;
        }
        if (given.equals("corrected")) {
            return Semantics.CORRECTED;
        }
        throw ours.error(
                "semantics",
                "must be llm-d or corrected, but was " + given + ".",
                "Maybe leave it out; llm-d is used then.");
    }

    private RequestSettings requests() {
        root.checkNamesWithoutValue("pointsman", OURS);
        Map<String, Object> said = new HashMap<>(root.map("pointsman"));
        said.remove("semantics");
        try {
            return RequestSettings.of(Parameters.of("pointsman", said));
        } catch (ParameterException e) {
            throw root.of(e);
        }
    }

    private static DeclaredPlugin plugin(Section section) {
        section.only(List.of("name", "type", "parameters"));
        String type = section.requiredName("type", "Maybe it stands under name; every plugin needs a type.");
        String feature = LaterFeatures.featureOf(type);
        if (feature != null) {
            throw section.error(
                    "type",
                    type + " belongs to " + feature + ", which is not read from a configuration yet.",
                    "Maybe leave the plugin out and do that part in the host.");
        }
        String name = section.has("name")
                ? section.requiredName("name", "Maybe leave it out; the type is the name then.")
                : type;
        return new DeclaredPlugin(name, type, section.map("parameters"));
    }

    private static DeclaredProfile profile(Section section, Set<String> plugins) {
        section.only(List.of("name", "plugins"));
        String name = section.requiredName("name", "Maybe call it default.");
        List<DeclaredProfile.Use> uses = new ArrayList<>();
        for (Section use : section.sections("plugins")) {
            use.only(List.of("pluginRef", "weight"));
            String plugin = use.requiredText("pluginRef", "Maybe it stands under name; here it is pluginRef.");
            if (!plugins.contains(plugin)) {
                throw use.of(ParameterException.unknown(use.path("pluginRef"), "declared plugin", plugin, plugins));
            }
            uses.add(new DeclaredProfile.Use(plugin, weight(use)));
        }
        return new DeclaredProfile(name, uses);
    }

    private static @Nullable Double weight(Section use) {
        BigDecimal given = use.number("weight");
        if (given == null) {
            return null;
        }
        double weight = given.doubleValue();
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
            throw use.error(
                    "weight",
                    String.format(Locale.ROOT, "must be a finite number >= 0, but was %s.", given),
                    "Maybe the sign is wrong; a scorer that should count against an endpoint inverts its score.");
        }
        return weight;
    }
}
