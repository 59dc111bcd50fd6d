// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is counted and measured outside of requests, each a meter by what it is, with a tag for the source and one for the kind.
 *
 * <p>There is a bound on them all together, and what is beyond it is dropped, and counted as such. So is what has a name that is
 * taken, as by a count when it is measured: a registry cannot have both.
 *
 * <p>Thread-safe. What is known costs three look-ups, without lock or allocation.
 */
final class Measures {
    private static final Level NO_LEVEL = new Level();

    private final Meters meters;
    private final Counter dropped;
    private final Family<Count> counts;
    private final Family<Level> levels;
    private volatile boolean full;

    // Guarded by this.
    private final Map<String, Class<? extends Meter>> owners = new HashMap<>();
    private int room;

    /**
     * Starts without any.
     *
     * @param dropped counts what is dropped
     * @param most how many there may be in all, at least 1
     * @param taken the names of meters that are no measures
     */
    Measures(Meters meters, Counter dropped, int most, Set<String> taken) {
        this.meters = meters;
        this.dropped = dropped;
        this.room = most;
        taken.forEach(name -> owners.put(name, Meter.class));
        counts = new Family<>(Counter.class, new Count(dropped, true), this::count);
        levels = new Family<>(Gauge.class, NO_LEVEL, this::level);
    }

    void counted(String source, String what, String kind, long more) {
        if (more > 0) {
            counts.get(source, what, kind).add(more);
        }
    }

    void measured(String source, String what, String kind, double value) {
        Level level = levels.get(source, what, kind);
        if (level == NO_LEVEL) {
            dropped.increment();
        } else {
            level.value = value;
        }
    }

    /** Has what is not known by now be dropped. */
    synchronized void close() {
        room = 0;
        full = true;
    }

    private Count count(String name, String[] tags) {
        return new Count(
                meters.counter(name, Names.unit(name), "Counted by a plugin or a loop, outside of requests", tags),
                false);
    }

    private Level level(String name, String[] tags) {
        Level level = new Level();
        meters.gauge(
                name, Names.unit(name), "Measured by a plugin or a loop, outside of requests", () -> level.value, tags);
        return level;
    }

    /** Where to add what is counted, or where to note that it is dropped. */
    private record Count(Counter counter, boolean dropped) {
        void add(long more) {
            counter.increment(dropped ? 1 : (double) more);
        }
    }

    /** What was measured last. */
    private static final class Level {
        // A number would be read as one, if a registry looks before the first is told.
        volatile double value = Double.NaN;
    }

    /** What makes a meter one of its own. */
    private record Series(String name, String source, String kind) {}

    /** The meters of one type, by what they count or measure, then by source, then by kind. */
    private final class Family<T> {
        private final ConcurrentMap<String, ConcurrentMap<String, ConcurrentMap<String, T>>> known =
                new ConcurrentHashMap<>();
        private final Class<? extends Meter> type;
        private final T none;
        /** The same by what names come to: two spellings may be one meter. Guarded by the measures. */
        private final Map<Series, T> bySeries = new HashMap<>();

        private final BiFunction<String, String[], T> maker;

        /** Makes a family that is empty; {@code none} stands for what has no meter. */
        Family(Class<? extends Meter> type, T none, BiFunction<String, String[], T> maker) {
            this.type = type;
            this.none = none;
            this.maker = maker;
        }

        /** Makes a meter, or none if the registry refuses. */
        private T madeOf(Series series) {
            try {
                return maker.apply(series.name, new String[] {"source", series.source, "kind", series.kind});
            } catch (RuntimeException refused) {
                return none;
            }
        }

        T get(String source, String what, String kind) {
            T found = find(source, what, kind);
            return found != null ? found : unknown(source, what, kind);
        }

        private @Nullable T find(String source, String what, String kind) {
            Map<String, ConcurrentMap<String, T>> sources = known.get(what);
            Map<String, T> kinds = sources == null ? null : sources.get(source);
            return kinds == null ? null : kinds.get(kind);
        }

        private T unknown(String source, String what, String kind) {
            if (full) {
                // Asked again: the last one may have been made in between.
                T found = find(source, what, kind);
                return found != null ? found : none;
            }
            String name = Names.meter(what);
            if (name == null || !Names.fitForTag(source) || !(kind.isEmpty() || Names.fitForTag(kind))) {
                return none;
            }
            synchronized (Measures.this) {
                T found = find(source, what, kind);
                return found != null ? found : room == 0 ? none : make(name, source, what, kind);
            }
        }

        private T make(String name, String source, String what, String kind) {
            Class<? extends Meter> owner = owners.putIfAbsent(name, type);
            String tag = kind.isEmpty() ? Names.NONE : kind;
            T made = owner == null || owner == type
                    ? bySeries.computeIfAbsent(new Series(name, source, tag), this::madeOf)
                    : none;
            known.computeIfAbsent(what, absent -> new ConcurrentHashMap<>())
                    .computeIfAbsent(source, absent -> new ConcurrentHashMap<>())
                    .put(kind, made);
            // After it can be found: who sees that there is no more room looks once more.
            room--;
            full = room == 0;
            return made;
        }
    }
}
