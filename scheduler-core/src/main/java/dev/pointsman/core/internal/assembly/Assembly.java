// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.plugin.ResponseDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns what a host declared into a blueprint, and refuses what cannot work. */
public final class Assembly {
    private static final String SINGLE_PROFILE = "single-profile-handler";

    private boolean signalsCountInFull;
    private final PluginBench bench;
    private final List<Profile> profiles;
    private final @Nullable PluginRef handlerRef;

    /**
     * Takes what a host declared.
     *
     * @param types the plugin types that there are
     * @param keptDefaults default producers of an earlier assembly by type, to be used again where one is needed
     * @param plugins plugins besides those that profiles name
     * @param profiles at least one
     * @param handler which profiles run, or null for the only one
     */
    public Assembly(
            PluginTypes types,
            Map<String, Plugin> keptDefaults,
            List<PluginRef> plugins,
            List<Profile> profiles,
            @Nullable PluginRef handler) {
        bench = new PluginBench(types, keptDefaults);
        bench.declare(plugins);
        this.profiles = profiles;
        this.handlerRef = handler;
    }

    /** Has scores count in full however old the signals are that they come from, as llm-d does. */
    public Assembly countSignalsInFull() {
        signalsCountInFull = true;
        return this;
    }

    /** Makes instances of what a host declared, under the same names; they may name each other. */
    public static List<PluginRef> instances(PluginTypes types, List<PluginRef> plugins) {
        PluginBench bench = new PluginBench(types, Map.of());
        bench.declare(plugins);
        Map<String, Plugin> made = bench.all();
        return made.keySet().stream()
                .map(name -> PluginRef.instance(name, requireNonNull(made.get(name))))
                .toList();
    }

    /** Finds, checks and orders the plugins. */
    public Blueprint build() {
        ImmutableList<CompiledProfile> compiled = compileProfiles();
        Named<ProfileHandler> handler = handler();
        DataFlow flow = DataFlow.of(bench, handler.plugin());
        Map<String, Plugin> all = bench.all();
        return new Blueprint(
                flow.keys(),
                serving(all, Screener.class),
                flow.producers(),
                serving(all, AsyncDataProducer.class),
                serving(all, Admission.class),
                handler,
                flow.handlerWrites(),
                compiled,
                compiled.stream().map(CompiledProfile::name).collect(ImmutableList.toImmutableList()),
                serving(all, SchedulingObserver.class),
                serving(all, RequestDecorator.class),
                serving(all, ResponseDecorator.class),
                serving(all, FleetListener.class),
                serving(all, Maintained.class),
                all.values().stream().anyMatch(Assembly::readsLoadOutsideProfiles));
    }

    /** Returns, once built, the default producers that were added because nothing declared makes their data, by type. */
    public Map<String, Plugin> defaults() {
        return bench.defaults();
    }

    /** Returns, once built, all plugins by name. */
    public Map<String, Plugin> plugins() {
        return Collections.unmodifiableMap(bench.all());
    }

    /** Returns, once built, how a plugin was named by whoever needed it first, or null for none of that name. */
    public @Nullable PluginRef ref(String name) {
        return bench.ref(name);
    }

    private ImmutableList<CompiledProfile> compileProfiles() {
        Set<String> names = new LinkedHashSet<>();
        ImmutableList.Builder<CompiledProfile> compiled = ImmutableList.builder();
        for (Profile profile : profiles) {
            if (!names.add(profile.name())) {
                throw DeclarationException.profile(
                        profile.name(),
                        "profile " + profile.name()
                                + ": is declared twice.\nMaybe give one of them a name of its own.");
            }
            compiled.add(compile(profile));
        }
        return compiled.build();
    }

    private CompiledProfile compile(Profile profile) {
        String place = "profile " + profile.name();
        boolean readsLoad = false;
        ImmutableList.Builder<Named<Filter>> filters = ImmutableList.builder();
        for (PluginRef ref : profile.filters()) {
            Named<Filter> filter = bench.resolve(place + ", filter " + ref.name(), ref, Filter.class);
            readsLoad |= readsLoad(filter.plugin());
            filters.add(filter);
        }
        ImmutableList.Builder<CompiledProfile.Weighted> scorers = ImmutableList.builder();
        ImmutableList.Builder<Named<CostScorer>> costs = ImmutableList.builder();
        for (Profile.WeightedRef ref : profile.scorers()) {
            String scorerPlace = place + ", scorer " + ref.scorer().name();
            if (profile.unit() == null) {
                Named<Scorer> scorer = bench.resolve(scorerPlace, ref.scorer(), Scorer.class);
                readsLoad |= readsLoad(scorer.plugin());
                scorers.add(new CompiledProfile.Weighted(
                        scorer,
                        ref.weight(),
                        signalsCountInFull
                                ? ImmutableList.of()
                                : ImmutableList.copyOf(scorer.plugin().signals())));
            } else {
                Named<CostScorer> cost = bench.resolve(scorerPlace, ref.scorer(), CostScorer.class);
                readsLoad |= readsLoad(cost.plugin());
                costs.add(cost);
            }
        }
        double weights = profile.scorers().stream()
                .mapToDouble(Profile.WeightedRef::weight)
                .sum();
        if (Double.isInfinite(weights)) {
            throw DeclarationException.profile(
                    profile.name(),
                    place + ": its weights must add up to a finite number, but do not.\n"
                            + "Maybe divide them all by the largest; only their ratio matters.");
        }
        Named<Picker> picker = bench.resolve(place + ", picker", profile.picker(), Picker.class);
        if (profile.unit() != null && !picker.plugin().acceptsCosts()) {
            throw DeclarationException.profile(
                    profile.name(),
                    place + ": picker " + picker.name() + " works on scores, and this profile adds costs.\nMaybe use "
                            + Profile.DEFAULT_PICKER + ".");
        }
        return new CompiledProfile(
                profile.name(),
                filters.build(),
                scorers.build(),
                costs.build(),
                profile.unit(),
                picker,
                readsLoad,
                readsLoad && picker.plugin().deterministic());
    }

    private Named<ProfileHandler> handler() {
        List<String> names = profiles.stream().map(Profile::name).toList();
        if (handlerRef == null && names.size() > 1) {
            throw DeclarationException.profiles("profiles " + String.join(", ", names)
                    + ": there is no profile handler to say which of them runs.\n"
                    + "Maybe add a plugin that is one, such as disagg-profile-handler.");
        }
        PluginRef ref = handlerRef != null ? handlerRef : PluginRef.named(SINGLE_PROFILE);
        Named<ProfileHandler> handler = bench.resolve("profile handler", ref, ProfileHandler.class);
        try {
            handler.plugin().validate(names);
        } catch (ParameterException e) {
            throw e; // It has a place already.
        } catch (IllegalArgumentException e) {
            throw DeclarationException.plugin(handler.name(), e);
        }
        return handler;
    }

    private static <T> ImmutableList<Named<T>> serving(Map<String, Plugin> all, Class<T> role) {
        ImmutableList.Builder<Named<T>> serving = ImmutableList.builder();
        all.forEach((name, plugin) -> {
            if (role.isInstance(plugin)) {
                serving.add(new Named<>(name, role.cast(plugin)));
            }
        });
        return serving.build();
    }

    private static boolean readsLoad(Plugin plugin) {
        return isLoad(plugin.consumes()) || isLoad(plugin.consumesIfPresent());
    }

    private static boolean readsLoadOutsideProfiles(Plugin plugin) {
        boolean outside = plugin instanceof DataProducer
                || plugin instanceof Admission
                || plugin instanceof ProfileHandler
                || plugin instanceof SchedulingObserver;
        return outside && readsLoad(plugin);
    }

    private static boolean isLoad(Set<DataKey> keys) {
        return keys.contains(InFlightLoad.REQUESTS) || keys.contains(InFlightLoad.TOKENS);
    }
}
