// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.Expectations;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.assembly.Assembly;
import dev.pointsman.core.internal.assembly.Blueprint;
import dev.pointsman.core.internal.assembly.ConfiguredParts;
import dev.pointsman.core.internal.assembly.ConfiguredPlugins;
import dev.pointsman.core.internal.assembly.DeclarationException;
import dev.pointsman.core.internal.assembly.EffectiveParts;
import dev.pointsman.core.internal.assembly.PluginTypes;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.EffectiveText;
import dev.pointsman.core.internal.config.Section;
import dev.pointsman.core.internal.engine.Engine;
import dev.pointsman.core.internal.engine.RequestRules;
import dev.pointsman.core.internal.lint.Linter;
import dev.pointsman.core.internal.lint.Reviewed;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.request.ConditionalDecode;
import dev.pointsman.core.request.ModelRewrites;
import dev.pointsman.core.request.NamedObjectives;
import dev.pointsman.core.request.RequestSettings;
import dev.pointsman.core.screener.EndpointSubsetScreener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes blueprints of one configuration after the other, and keeps the plugins that the next one may use again. Its own lock
 * guards it.
 */
final class Configured {
    private final List<PluginFactory> factories;
    private final @Nullable ClassLoader discovery;
    private final List<PluginRef> inCode;
    private final RequestSettings requestsInCode;

    private @Nullable Current current;

    /** What the last blueprint was made of. */
    private record Current(
            EndpointPickerConfig configuration, Assembly assembly, ConfiguredParts parts, Blueprint blueprint) {}

    /**
     * Takes what stays the same.
     *
     * @param inCode plugins that the host declared besides any configuration
     * @param requestsInCode what the host said about requests, for what a configuration leaves open
     */
    Configured(
            List<PluginFactory> factories,
            @Nullable ClassLoader discovery,
            List<PluginRef> inCode,
            RequestSettings requestsInCode) {
        this.requestsInCode = requestsInCode;
        this.factories = List.copyOf(factories);
        this.discovery = discovery;
        this.inCode = Assembly.instances(types(Semantics.CORRECTED), inCode);
    }

    private PluginTypes types(Semantics wanted) {
        return new PluginTypes(BuiltInPlugins.factories(wanted), factories, discovery);
    }

    /**
     * Makes a blueprint and puts it to use; keeps its plugins if both succeed, and changes nothing if not.
     *
     * @param use what to do with it and what is done about requests
     * @return what came of that
     * @throws ConfigurationException if the configuration is wrong
     */
    synchronized Engine apply(EndpointPickerConfig configuration, BiFunction<Blueprint, RequestRules, Engine> use) {
        Current next = next(configuration);
        RequestRules rules = requestRules(next);
        requireProducers(next, rules);
        Engine engine = use.apply(next.blueprint, rules);
        current = next;
        return engine;
    }

    private Current next(EndpointPickerConfig configuration) {
        Current before =
                current != null && current.configuration.semantics() == configuration.semantics() ? current : null;
        PluginTypes types = types(configuration.semantics());
        ConfigSource source = configuration.source();
        ConfiguredParts parts =
                ConfiguredParts.of(source, types, before == null ? Map.of() : kept(before, types), inCode);
        List<PluginRef> plugins = new ArrayList<>(inCode);
        plugins.addAll(parts.plugins());
        addSubsetScreener(plugins);
        Map<String, Plugin> defaults = before == null ? Map.of() : keptDefaults(before, types);
        try {
            Assembly assembly = new Assembly(types, defaults, plugins, parts.profiles(), parts.handler());
            if (configuration.semantics() == Semantics.LLM_D) {
                assembly.countSignalsInFull();
            }
            return new Current(configuration, assembly, parts, assembly.build());
        } catch (IllegalArgumentException e) {
            throw placed(source, e);
        }
    }

    /** Returns the plugins of before by what they were declared as, with every default; default producers as if declared. */
    private static Map<DeclaredPlugin, ConfiguredPlugins.Made> kept(Current before, PluginTypes types) {
        Map<DeclaredPlugin, ConfiguredPlugins.Made> kept = new HashMap<>();
        before.assembly
                .defaults()
                .forEach((type, plugin) -> kept.put(
                        types.completed(new DeclaredPlugin(type, type, Map.of())),
                        new ConfiguredPlugins.Made(plugin, Map.of())));
        before.parts.made().forEach((declared, made) -> kept.put(types.completed(declared), made));
        return kept;
    }

    /** Returns the default producers of before, and those that were declared just as they are by default. */
    private static Map<String, Plugin> keptDefaults(Current before, PluginTypes types) {
        Map<String, Plugin> kept = new HashMap<>(before.assembly.defaults());
        before.parts.made().forEach((declared, made) -> {
            DeclaredPlugin plain = new DeclaredPlugin(declared.type(), declared.type(), Map.of());
            if (made.named().isEmpty() && types.completed(declared).equals(types.completed(plain))) {
                kept.put(declared.type(), made.plugin());
            }
        });
        return kept;
    }

    /** llm-d's picker always keeps to the subset that a proxy allows, whether a configuration says so or not. */
    private static void addSubsetScreener(List<PluginRef> plugins) {
        if (plugins.stream().noneMatch(ref -> ref.instance() instanceof EndpointSubsetScreener)) {
            plugins.add(PluginRef.named(EndpointSubsetScreener.TYPE));
        }
    }

    /** What the configuration says about requests, or else what code said, or else what llm-d does. */
    private RequestRules requestRules(Current next) {
        RequestSettings said =
                next.configuration.source().requests().orElse(requestsInCode).orElse(defaults(next));
        return RequestRules.of(said, next.assembly.plugins().values());
    }

    /** A conditional decode that somebody asked for must be able to find something cached; llm-d's own goes without. */
    private void requireProducers(Current next, RequestRules rules) {
        ConfigSource source = next.configuration.source();
        if (source.requests().orElse(requestsInCode).conditionalDecode() == null) {
            return;
        }
        try {
            rules.requireProducers(next.blueprint.keys());
        } catch (IllegalArgumentException e) {
            Section ours = source.root() == null || source.requests().conditionalDecode() == null
                    ? null
                    : source.root().section("pointsman");
            if (ours == null) {
                throw placed(source, e);
            }
            String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
            throw ours.error(
                    "conditionalDecode",
                    lines[0].replace("conditional decode: ", ""),
                    lines.length > 1 ? lines[1] : "Maybe leave it out.");
        }
    }

    private static RequestSettings defaults(Current now) {
        boolean llmd = now.configuration.semantics() == Semantics.LLM_D;
        return new RequestSettings(
                ModelRewrites.NONE, NamedObjectives.NONE, llmd ? ConditionalDecode.LLM_D : ConditionalDecode.BY_ANY);
    }

    /** Writes out what the last blueprint was made of, with every default. */
    synchronized String effective() {
        Current now = current();
        EffectiveParts effective = EffectiveParts.of(now.configuration.plugins(), now.assembly, now.parts.profiles());
        return new EffectiveText(parametersOf(now))
                .write(
                        now.configuration.semantics(),
                        now.configuration.source().requests().orElse(requestsInCode),
                        effective.plugins(),
                        effective.profiles());
    }

    private Function<String, List<ParameterSpec>> parametersOf(Current now) {
        PluginTypes types = types(now.configuration.semantics());
        return type -> {
            PluginFactory factory = types.find(type);
            return factory == null ? List.of() : factory.parameters();
        };
    }

    /** Says what about the last configuration is probably not meant. */
    synchronized List<Finding> findings(Expectations expected) {
        Current now = current();
        Set<String> named = new HashSet<>();
        now.parts.made().values().forEach(made -> named.addAll(made.named().keySet()));
        Map<String, String> added = new HashMap<>();
        now.assembly.defaults().keySet().forEach(type -> added.put(type, type));
        Reviewed reviewed = new Reviewed(
                now.configuration.source(),
                now.assembly.plugins(),
                named,
                added,
                parametersOf(now),
                now.blueprint.handler().plugin().mayRun(now.blueprint.profileNames()),
                now.blueprint.handler().name());
        return Linter.lint(reviewed, expected);
    }

    private Current current() {
        if (current == null) {
            throw new IllegalStateException("no blueprint was made yet");
        }
        return current;
    }

    /** What the parts say when they do not fit together is about one of them, or about no single line. */
    private static ConfigurationException placed(ConfigSource source, IllegalArgumentException e) {
        String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
        String hint = lines.length > 1 ? lines[1] : "Maybe a plugin is missing.";
        Section section = e instanceof DeclarationException declaration ? sectionOf(source, declaration) : null;
        return section == null
                ? new ConfigurationException(source.file(), 0, 0, "", lines[0], hint, e)
                : new ConfigurationException(
                        source.file(),
                        section.place().line(),
                        section.place().column(),
                        section.path(),
                        lines[0],
                        hint,
                        e);
    }

    private static @Nullable Section sectionOf(ConfigSource source, DeclarationException e) {
        for (int i = 0; i < source.plugins().size(); i++) {
            if (e.part() == DeclarationException.Part.PLUGIN
                    && source.plugins().get(i).name().equals(e.name())) {
                return source.pluginSections().get(i);
            }
        }
        for (int i = 0; i < source.profiles().size(); i++) {
            if (e.part() == DeclarationException.Part.PROFILE
                    && source.profiles().get(i).name().equals(e.name())) {
                return source.profileSections().get(i);
            }
        }
        // With several profiles, the second is the one too many where nobody says which of them runs.
        boolean tooMany = e.part() == DeclarationException.Part.PROFILES
                && source.profileSections().size() > 1;
        return tooMany ? source.profileSections().get(1) : null;
    }
}
