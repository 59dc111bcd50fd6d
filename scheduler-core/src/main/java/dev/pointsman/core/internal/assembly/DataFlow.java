// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who produces which data, and in which order producers run so that each finds what it reads.
 *
 * @param keys all keys
 * @param producers in order
 * @param handlerWrites what the profile handler may write, by key number
 */
@SuppressWarnings("ArrayRecordComponent") // Read on the hot path, and never changed.
record DataFlow(KeySpace keys, ImmutableList<Blueprint.Production> producers, boolean[] handlerWrites) {
    /** Works the flow out, adding default producers of data that nobody was declared to produce. */
    static DataFlow of(PluginBench bench, ProfileHandler handler) {
        addDefaults(bench);
        Map<DataKey, String> producerOf = producers(bench.all());
        Set<DataKey> all = new LinkedHashSet<>(producerOf.keySet());
        all.add(InFlightLoad.REQUESTS);
        all.add(InFlightLoad.TOKENS);
        KeySpace keys = new KeySpace(all);
        ImmutableList.Builder<Blueprint.Production> productions = ImmutableList.builder();
        for (Named<DataProducer> producer : order(bench.all(), producerOf)) {
            productions.add(new Blueprint.Production(
                    producer, writes(keys, producer.plugin().produces())));
        }
        return new DataFlow(keys, productions.build(), writes(keys, handler.produces()));
    }

    private static boolean[] writes(KeySpace keys, Set<DataKey> produced) {
        boolean[] writes = new boolean[keys.size()];
        for (DataKey key : produced) {
            writes[keys.number(key)] = true;
        }
        return writes;
    }

    private static void addDefaults(PluginBench bench) {
        boolean added = true;
        while (added) {
            added = false;
            Map<DataKey, String> there = producers(bench.all());
            for (Map.Entry<String, Plugin> consumer : List.copyOf(bench.all().entrySet())) {
                for (DataKey key : consumer.getValue().consumes()) {
                    // The engine itself counts requests, and what they cost in tokens is for a producer to say.
                    if (there.containsKey(key) || key.equals(InFlightLoad.REQUESTS)) {
                        continue;
                    }
                    if (bench.addDefault("producer " + key.producer(), key.producer())) {
                        added = true;
                    } else if (!key.equals(InFlightLoad.TOKENS)) {
                        missing(consumer.getKey(), key, bench);
                    }
                }
            }
        }
    }

    private static void missing(String consumer, DataKey key, PluginBench bench) {
        if (producers(bench.all()).containsKey(key)) {
            return;
        }
        throw new IllegalArgumentException("plugin " + consumer + ": reads " + key.name() + " of " + key.producer()
                + ", which nobody produces.\nMaybe declare a producer of that name with plugin.");
    }

    private static Map<DataKey, String> producers(Map<String, Plugin> plugins) {
        Map<DataKey, String> producerOf = new LinkedHashMap<>();
        plugins.forEach((name, plugin) -> {
            for (DataKey key : produced(plugin)) {
                String other = producerOf.putIfAbsent(key, name);
                boolean ours = key.equals(InFlightLoad.REQUESTS) || key.equals(InFlightLoad.TOKENS);
                if (other != null || ours) {
                    throw new IllegalArgumentException("plugin " + name + ": produces " + key.name() + " of "
                            + key.producer() + ", as " + (ours ? "the scheduler" : other)
                            + " does.\nMaybe put the plugin's own name in the key.");
                }
            }
        });
        return producerOf;
    }

    private static Set<? extends DataKey> produced(Plugin plugin) {
        Set<DataKey> produced = new LinkedHashSet<>();
        if (plugin instanceof DataProducer producer) {
            produced.addAll(producer.produces());
        }
        if (plugin instanceof AsyncDataProducer producer) {
            produced.addAll(producer.produces());
        }
        if (plugin instanceof ProfileHandler handler) {
            produced.addAll(handler.produces());
        }
        return produced;
    }

    /** Orders producers depth first: whatever one reads comes before it, and otherwise they keep their order. */
    private static List<Named<DataProducer>> order(Map<String, Plugin> plugins, Map<DataKey, String> producerOf) {
        List<Named<DataProducer>> ordered = new ArrayList<>();
        Set<String> done = new LinkedHashSet<>();
        for (String name : plugins.keySet()) {
            visit(name, plugins, producerOf, new LinkedHashSet<>(), done, ordered);
        }
        return ordered;
    }

    private static void visit(
            String name,
            Map<String, Plugin> plugins,
            Map<DataKey, String> producerOf,
            Set<String> path,
            Set<String> done,
            List<Named<DataProducer>> ordered) {
        if (done.contains(name) || !(plugins.get(name) instanceof DataProducer producer)) {
            return;
        }
        if (!path.add(name)) {
            List<String> cycle = new ArrayList<>(path);
            cycle = cycle.subList(cycle.indexOf(name), cycle.size());
            throw new IllegalArgumentException(
                    "producers " + String.join(" -> ", cycle) + " -> " + name
                            + ": each waits for the next one's data.\nMaybe one of them can do with consumesIfPresent or less.");
        }
        for (DataKey key : Sets.union(producer.consumes(), producer.consumesIfPresent())) {
            String other = producerOf.get(key);
            if (other != null && !other.equals(name)) {
                visit(other, plugins, producerOf, path, done, ordered);
            }
        }
        path.remove(name);
        done.add(name);
        ordered.add(new Named<>(name, producer));
    }
}
