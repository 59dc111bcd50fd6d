// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.BuiltInPlugins;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cases of how plugins take their parameters, and read labels. The plugin is declared in a configuration, beside the deciders that its
 * parameters may name and the profiles that a handler may need; what is refused must be refused at the plugin.
 */
final class ConfigCases implements CaseGroup {
    /** How the plugin under test is called. */
    private static final String NAME = "under-test";

    @Override
    public boolean takes(Case one) {
        String kind = one.text("kind", null);
        return "config".equals(kind)
                || ("parse".equals(kind) && "context-length-aware".equals(one.text("plugin", null)));
    }

    @Override
    public void run(Case one) {
        if (one.text("kind").equals("parse")) {
            RangeLabel.check(one);
            return;
        }
        Case expected = one.object("expected");
        boolean valid = expected.flag("valid", !expected.flag(expected.either("error", "rejected"), false));
        String type = one.text("plugin");
        ConfigurationException refusal = null;
        for (List<String> profiles : profiles(one.map("params"))) {
            try (Pointsman pointsman = Pointsman.builder(Fleet.create())
                    .configuration(EndpointPickerConfig.parse("case", document(type, one.map("params"), profiles)))
                    .build()) {
                if (!valid) {
                    throw new Mismatch(one.path() + ": is wrong, and was accepted");
                }
                resolved(expected, pointsman.effectiveConfiguration());
                return;
            } catch (ConfigurationException e) {
                refusal = e;
            }
        }
        String message = String.valueOf(requireNonNull(refusal).getMessage());
        String path = refusal.path();
        if (valid || !path.startsWith("plugins[0]") || path.equals("plugins[0].type")) {
            throw new Mismatch(one.path() + ": was refused: " + message);
        }
        if (!message.contains("\nMaybe ")) {
            throw new Mismatch(one.path() + ": was refused without saying what to try: " + message);
        }
    }

    /** Returns the sets of profiles to try; only a handler cares, and each has its own taste. */
    private static List<List<String>> profiles(Map<String, @Nullable Object> params) {
        Set<String> named = new LinkedHashSet<>();
        params.forEach((name, value) -> {
            if (name.endsWith("Profile") && value instanceof String profile) {
                named.add(profile);
            } else if (name.equals("profiles") && value instanceof Map<?, ?> stages) {
                stages.values().forEach(profile -> named.add(String.valueOf(profile)));
            }
        });
        Set<String> stages = new LinkedHashSet<>(named);
        stages.addAll(List.of("decode", "prefill", "encode"));
        return List.of(List.of(), List.copyOf(named), List.copyOf(stages));
    }

    private static String document(String type, Map<String, @Nullable Object> params, List<String> profiles) {
        List<Object> plugins = new ArrayList<>();
        plugins.add(Map.of("name", NAME, "type", type, "parameters", params));
        for (PluginFactory factory : BuiltInPlugins.factories(Semantics.LLM_D)) {
            if (factory.type().endsWith("-decider")) {
                plugins.add(Map.of("type", factory.type()));
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "llm-d.ai/v1alpha1");
        document.put("kind", "EndpointPickerConfig");
        document.put("plugins", plugins);
        document.put(
                "schedulingProfiles",
                profiles.stream()
                        .map(profile -> Map.of("name", profile, "plugins", List.of()))
                        .toList());
        return JsonTree.write(document);
    }

    /** Compares the parameters that the plugin has in effect. */
    private static void resolved(Case expected, String effective) {
        DeclaredPlugin plugin = EndpointPickerConfig.parse("effective", effective).plugins().stream()
                .filter(declared -> declared.name().equals(NAME))
                .findFirst()
                .orElseThrow(() -> new Mismatch(expected.path() + ": the plugin is in no effective configuration"));
        expected.map("resolved")
                .forEach((name, value) -> Mismatch.require(
                        expected.path() + ".resolved." + name,
                        comparable(value),
                        comparable(plugin.parameters().get(name))));
    }

    private static @Nullable Object comparable(@Nullable Object value) {
        return value instanceof Number number
                ? new BigDecimal(number.toString()).stripTrailingZeros().toPlainString()
                : value;
    }
}
