// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who produces which data, and in which order producers run so that each finds what it reads.
 *
 * @param keys all keys
 * @param producers in order
 * @param handlerWrites what the profile handler may write, by key number
 */
@SuppressWarnings("ArrayRecordComponent") // Read on the hot path, and never changed.
record DataFlow(KeySpace keys, ImmutableList<Blueprint.Production> producers, boolean[] handlerWrites) {
    private static final Comparator<DataKey> BY_NAME =
            Comparator.comparing(DataKey::producer).thenComparing(DataKey::name);

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
                // Sets have no order of their own; producers are added, and errors made, in the same one each time.
                for (DataKey key :
                        ImmutableList.sortedCopyOf(BY_NAME, consumer.getValue().consumes())) {
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
        Set<String> others = new LinkedHashSet<>();
        producers(bench.all()).keySet().stream()
                .filter(produced -> produced.name().equals(key.name()))
                .forEach(produced -> others.add(produced.producer()));
        String hint = others.isEmpty()
                ? "Maybe declare a producer of that name."
                : lastLine(ParameterException.unknown("", "producer", key.producer(), others));
        throw DeclarationException.plugin(
                consumer,
                "plugin " + consumer + ": reads " + key.name() + " of " + key.producer() + ", which nobody produces.\n"
                        + hint);
    }

    private static String lastLine(ParameterException e) {
        String said = String.valueOf(e.getMessage());
        return said.substring(said.lastIndexOf('\n') + 1);
    }

    private static Map<DataKey, String> producers(Map<String, Plugin> plugins) {
        Map<DataKey, String> producerOf = new LinkedHashMap<>();
        plugins.forEach((name, plugin) -> {
            for (DataKey key : produced(plugin)) {
                String other = producerOf.putIfAbsent(key, name);
                boolean ours = key.equals(InFlightLoad.REQUESTS) || key.equals(InFlightLoad.TOKENS);
                if (other != null || ours) {
                    throw DeclarationException.plugin(
                            name,
                            "plugin " + name + ": produces " + key.name() + " of " + key.producer() + ", as "
                                    + (ours ? "the scheduler" : other)
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

    /**
     * Orders producers so that each comes after those whose data it reads; otherwise they keep their order. Where data that
     * is only read if present would make a circle, the reader goes without.
     */
    private static List<Named<DataProducer>> order(Map<String, Plugin> plugins, Map<DataKey, String> producerOf) {
        Map<String, DataProducer> waiting = new LinkedHashMap<>();
        plugins.forEach((name, plugin) -> {
            if (plugin instanceof DataProducer producer) {
                waiting.put(name, producer);
            }
        });
        List<Named<DataProducer>> ordered = new ArrayList<>();
        while (!waiting.isEmpty()) {
            String next = null;
            for (Map.Entry<String, DataProducer> entry : waiting.entrySet()) {
                String name = entry.getKey();
                DataProducer producer = entry.getValue();
                if (waitsFor(name, producer.consumes(), waiting, producerOf) != null) {
                    continue;
                }
                if (waitsFor(name, producer.consumesIfPresent(), waiting, producerOf) == null) {
                    next = name;
                    break;
                }
                next = next == null ? name : next;
            }
            if (next == null) {
                throw circle(waiting, producerOf);
            }
            ordered.add(new Named<>(next, requireNonNull(waiting.remove(next))));
        }
        return ordered;
    }

    /** Returns a producer that has to come before, or null. */
    private static @Nullable String waitsFor(
            String name, Set<DataKey> read, Map<String, DataProducer> waiting, Map<DataKey, String> producerOf) {
        for (DataKey key : read) {
            String other = producerOf.get(key);
            if (other != null && !other.equals(name) && waiting.containsKey(other)) {
                return other;
            }
        }
        return null;
    }

    /** Each of those that wait needs another one that waits, so that whoever goes from one to the next comes back. */
    private static DeclarationException circle(Map<String, DataProducer> waiting, Map<DataKey, String> producerOf) {
        Set<String> path = new LinkedHashSet<>();
        String name = waiting.keySet().iterator().next();
        while (path.add(name)) {
            name = requireNonNull(
                    waitsFor(name, requireNonNull(waiting.get(name)).consumes(), waiting, producerOf));
        }
        List<String> cycle = new ArrayList<>(path);
        cycle = cycle.subList(cycle.indexOf(name), cycle.size());
        return DeclarationException.plugin(
                name,
                "producers " + String.join(" -> ", cycle) + " -> " + name + ": each waits for the next one's data.\n"
                        + "Maybe one of them can do with consumesIfPresent or less.");
    }
}
