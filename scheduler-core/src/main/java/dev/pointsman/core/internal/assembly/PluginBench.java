// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.profile.PluginRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plugin instances of a scheduler, each under a name of its own. Two references to one type with the same parameters
 * share an instance, as two profiles do that name the same plugin.
 */
final class PluginBench {
    private final PluginTypes types;
    private final Map<String, Plugin> byName = new LinkedHashMap<>();
    private final Map<String, PluginRef> refs = new HashMap<>();
    private final IdentityHashMap<Plugin, String> names = new IdentityHashMap<>();
    private final Set<String> declared = new HashSet<>();

    /** Default producers that were made, or taken over, because nothing declared makes their data. */
    private final Map<String, Plugin> defaults = new LinkedHashMap<>();

    private final Map<String, Plugin> keptDefaults;

    /** Plugins that are declared and not made yet, with the places that declare them. */
    private final Map<String, Pending> pending = new LinkedHashMap<>();

    /** Plugins that are being made, each because of the one before. */
    private final Set<String> underWay = new LinkedHashSet<>();

    private record Pending(String place, PluginRef ref) {}

    PluginBench(PluginTypes types, Map<String, Plugin> keptDefaults) {
        this.types = types;
        this.keptDefaults = keptDefaults;
    }

    /** Adds plugins under the names that the host gave them, which must be free. They may name each other in any order. */
    void declare(List<PluginRef> refs) {
        for (PluginRef ref : refs) {
            String place = "plugin " + ref.name();
            if (!declared.add(ref.name())) {
                throw DeclarationException.plugin(
                        ref.name(),
                        place + ": the name " + ref.name()
                                + " is taken by another plugin.\nMaybe give one of them a name of its own.");
            }
            pending.put(ref.name(), new Pending(place, ref));
        }
        refs.forEach(ref -> declared(ref.name()));
        // One that was named before its turn was made before its turn; the host's order holds all the same.
        Map<String, Plugin> made = new LinkedHashMap<>(byName);
        byName.clear();
        refs.forEach(ref -> byName.put(ref.name(), requireNonNull(made.remove(ref.name()))));
        byName.putAll(made);
    }

    /** Makes a declared plugin, unless another one's parameters had it made before. */
    private void declared(String name) {
        Pending next = pending.remove(name);
        if (next == null) {
            return;
        }
        Plugin instance = next.ref().instance();
        String already = instance == null ? null : names.get(instance);
        if (already != null) {
            throw DeclarationException.plugin(
                    name,
                    next.place() + ": is the same instance as plugin " + already
                            + ", and would hear everything twice.\nMaybe declare it once; profiles can name it.");
        }
        put(next.place(), name, next.ref());
    }

    /** Finds the plugin that a parameter names: a declared one, or one of a type with its defaults. */
    private Plugin named(String path, String name) {
        if (underWay.contains(name)) {
            throw new ParameterException(
                    path,
                    "names " + name + ", which is made only after this plugin: " + String.join(" -> ", underWay)
                            + " -> " + name + ".",
                    "Maybe one of them can do without the other.");
        }
        declared(name);
        return resolve(path, PluginRef.named(name), Plugin.class).plugin();
    }

    /** Finds or makes the plugin that a reference means, and checks that it can serve there. */
    <T> Named<T> resolve(String place, PluginRef ref, Class<T> role) {
        String name = nameFor(ref);
        Plugin plugin = byName.get(name);
        if (plugin == null) {
            plugin = put(place, name, ref);
        }
        if (!role.isInstance(plugin)) {
            throw DeclarationException.plugin(
                    name,
                    place + ": needs a " + role.getSimpleName() + ", but " + name + " ("
                            + plugin.getClass().getSimpleName()
                            + ") is none.\nMaybe it belongs in another place of the profile.");
        }
        return new Named<>(name, role.cast(plugin));
    }

    /**
     * Returns the name under which an equal reference stands, or a free one. An instance has one name however often it is
     * used, so that it hears of everything once; a bare name means a declared plugin, but not one of that type which some
     * profile has given parameters of its own.
     */
    private String nameFor(PluginRef ref) {
        String already = ref.instance() == null ? null : names.get(ref.instance());
        if (already != null) {
            return already;
        }
        boolean bare = ref.instance() == null
                && ref.parameters().isEmpty()
                && ref.name().equals(ref.type());
        if (bare && declared.contains(ref.name())) {
            return ref.name();
        }
        String name = ref.name();
        for (int i = 2; byName.containsKey(name) && !same(refs.get(name), ref); i++) {
            name = ref.name() + "-" + i;
        }
        return name;
    }

    private static boolean same(@Nullable PluginRef there, PluginRef ref) {
        return ref.instance() == null && ref.equals(there);
    }

    private Plugin put(String place, String name, PluginRef ref) {
        Plugin plugin = ref.instance() != null ? ref.instance() : make(place, name, ref);
        byName.put(name, plugin);
        names.put(plugin, name);
        refs.put(name, ref);
        return plugin;
    }

    private Plugin make(String place, String name, PluginRef ref) {
        underWay.add(name);
        try {
            return types.create(place, name, requireNonNull(ref.type()), ref.parameters(), this::named);
        } finally {
            underWay.remove(name);
        }
    }

    /** Makes the default producer of some data, if there is a type of that name. */
    boolean addDefault(String place, String producer) {
        if (byName.containsKey(producer) || !types.has(producer)) {
            return false;
        }
        Plugin kept = keptDefaults.get(producer);
        put(place, producer, kept == null ? PluginRef.named(producer) : PluginRef.instance(producer, kept));
        defaults.put(producer, requireNonNull(byName.get(producer)));
        return true;
    }

    /** Returns the reference that a plugin came from, or null. */
    @Nullable
    PluginRef ref(String name) {
        return refs.get(name);
    }

    /** Returns the default producers by type. */
    Map<String, Plugin> defaults() {
        return defaults;
    }

    /** Returns all plugins by name, in the order in which they came. */
    Map<String, Plugin> all() {
        return byName;
    }
}
