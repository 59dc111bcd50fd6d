// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.EndpointPickerConfig;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.assembly.Assembly;
import dev.pointsman.core.internal.assembly.Blueprint;
import dev.pointsman.core.internal.assembly.ConfiguredParts;
import dev.pointsman.core.internal.assembly.EffectiveParts;
import dev.pointsman.core.internal.assembly.PluginTypes;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.EffectiveText;
import dev.pointsman.core.internal.config.Linter;
import dev.pointsman.core.profile.PluginRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes blueprints of one configuration after the other, and keeps the plugins that the next one may use again. Its own lock
 * guards it.
 */
final class Configured {
    private final List<PluginFactory> factories;
    private final @Nullable ClassLoader discovery;
    private final List<PluginRef> inCode;

    private @Nullable Current current;

    /**
     * What the last blueprint was made of.
     *
     * @param plugins the instance of each plugin declared
     */
    private record Current(
            EndpointPickerConfig configuration,
            Assembly assembly,
            ConfiguredParts parts,
            Blueprint blueprint,
            Map<DeclaredPlugin, Plugin> plugins) {}

    /**
     * Takes what stays the same.
     *
     * @param inCode plugins that the host declared besides any configuration
     */
    Configured(List<PluginFactory> factories, @Nullable ClassLoader discovery, List<PluginRef> inCode) {
        this.factories = List.copyOf(factories);
        this.discovery = discovery;
        PluginTypes types = types(Semantics.CORRECTED);
        this.inCode = inCode.stream().map(ref -> instance(ref, types)).toList();
    }

    private PluginTypes types(Semantics wanted) {
        return new PluginTypes(BuiltInPlugins.factories(wanted), factories, discovery);
    }

    private static PluginRef instance(PluginRef ref, PluginTypes types) {
        String type = ref.type();
        return type == null
                ? ref
                : PluginRef.instance(
                        ref.name(), types.create("plugin " + ref.name(), ref.name(), type, ref.parameters()));
    }

    /**
     * Makes a blueprint; keeps its plugins if that succeeds.
     *
     * @throws ConfigurationException if the configuration is wrong
     */
    synchronized Blueprint blueprint(EndpointPickerConfig configuration) {
        Current before =
                current != null && current.configuration.semantics() == configuration.semantics() ? current : null;
        PluginTypes types = types(configuration.semantics());
        ConfiguredParts parts =
                ConfiguredParts.of(ConfigSource.of(configuration), types, before == null ? Map.of() : before.plugins);
        List<PluginRef> plugins = new ArrayList<>(inCode);
        plugins.addAll(parts.plugins());
        Map<String, Plugin> defaults = before == null ? Map.of() : before.assembly.defaults();
        Assembly assembly = new Assembly(types, defaults, plugins, parts.profiles(), parts.handler());
        Blueprint blueprint;
        try {
            blueprint = assembly.build();
        } catch (IllegalArgumentException e) {
            throw asWhole(configuration.name(), e);
        }
        Map<DeclaredPlugin, Plugin> made = new HashMap<>();
        for (DeclaredPlugin declared : configuration.plugins()) {
            made.put(declared, assembly.plugins().get(declared.name()));
        }
        current = new Current(configuration, assembly, parts, blueprint, made);
        return blueprint;
    }

    /** Writes out what the last blueprint was made of, with every default. */
    synchronized String effective() {
        Current now = current();
        PluginTypes types = types(now.configuration.semantics());
        EffectiveText writer = new EffectiveText(type -> {
            PluginFactory factory = types.find(type);
            return factory == null ? List.of() : factory.parameters();
        });
        EffectiveParts effective = EffectiveParts.of(now.configuration.plugins(), now.assembly, now.parts.profiles());
        return writer.write(now.configuration.semantics(), effective.plugins(), effective.profiles());
    }

    /** Says what about the last configuration is probably not meant. */
    synchronized List<Finding> findings(long longestPromptTokens) {
        Current now = current();
        return new Linter(ConfigSource.of(now.configuration), now.assembly.plugins())
                .lint(now.blueprint.handler().plugin().mayRun(now.blueprint.profileNames()), longestPromptTokens);
    }

    private Current current() {
        if (current == null) {
            throw new IllegalStateException("no blueprint was made yet");
        }
        return current;
    }

    /** What the parts say when they do not fit together is about no single line. */
    private static ConfigurationException asWhole(String file, IllegalArgumentException e) {
        String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
        String hint = lines.length > 1 ? lines[1] : "Maybe a plugin is missing.";
        return new ConfigurationException(file, 0, 0, "", lines[0], hint, e);
    }
}
