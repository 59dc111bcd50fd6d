// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Makes meters in a registry, and remembers them so that they can be removed. Thread-safe. */
final class Meters {
    private static final String PREFIX = "pointsman.";

    private final MeterRegistry registry;
    private final Tags common;
    private final boolean histograms;
    /** By identity: equal meters of another registry are other ones. */
    private final Set<Meter> made = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    private final Set<String> names = ConcurrentHashMap.newKeySet();

    Meters(MeterRegistry registry, Tags common, boolean histograms) {
        this.registry = registry;
        this.common = common;
        this.histograms = histograms;
    }

    Counter counter(String name, @Nullable String unit, String description, String... tags) {
        return keep(Counter.builder(named(name, unit))
                .baseUnit(unit)
                .description(description)
                .tags(common.and(tags))
                .register(registry));
    }

    /** Makes a gauge, which keeps what it asks alive. */
    void gauge(String name, @Nullable String unit, String description, DoubleSupplier value, String... tags) {
        keep(Gauge.builder(named(name, unit), value, DoubleSupplier::getAsDouble)
                .strongReference(true)
                .baseUnit(unit)
                .description(description)
                .tags(common.and(tags))
                .register(registry));
    }

    Timer timer(String name, String description, Duration[] buckets, String... tags) {
        Timer.Builder timer =
                Timer.builder(named(name, "seconds")).description(description).tags(common.and(tags));
        return keep((histograms ? timer.serviceLevelObjectives(buckets) : timer).register(registry));
    }

    DistributionSummary tokens(String name, String description, double[] buckets, String... tags) {
        DistributionSummary.Builder summary = DistributionSummary.builder(named(name, "tokens"))
                .baseUnit("tokens")
                .description(description)
                .tags(common.and(tags));
        return keep((histograms ? summary.serviceLevelObjectives(buckets) : summary).register(registry));
    }

    /**
     * Notes a name as taken, and those that Prometheus makes of it by its unit and for number, sum and maximum: two meters that share
     * one would make the whole scrape fail.
     */
    private String named(String name, @Nullable String unit) {
        String whole = unit == null || name.endsWith(unit) ? name : name + "." + unit;
        names.add(name);
        names.add(whole);
        names.add(whole + ".max");
        names.add(whole + ".count");
        names.add(whole + ".sum");
        return PREFIX + name;
    }

    private <M extends Meter> M keep(M meter) {
        made.add(meter);
        return meter;
    }

    /** Returns the names that meters so far have taken, without what all begin with. */
    Set<String> names() {
        return Set.copyOf(names);
    }

    /** Tells whether any of the meters so far is one of others. */
    boolean hasAnyOf(Collection<Meter> others) {
        return others.stream().anyMatch(made::contains);
    }

    /** Removes from the registry what was made, but for what is of others. */
    void removeBut(Collection<Meter> others) {
        others.forEach(made::remove);
        remove();
    }

    /** Removes from the registry what was made. */
    void remove() {
        List<Meter> all;
        synchronized (made) {
            all = List.copyOf(made);
            made.clear();
        }
        all.forEach(registry::remove);
    }
}
