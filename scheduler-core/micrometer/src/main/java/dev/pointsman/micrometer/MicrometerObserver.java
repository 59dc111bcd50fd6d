// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.SchedulingObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes Micrometer's meters of what a scheduler tells observers: requests and how they ended, times to the first token and for
 * each token, tokens, plugins that fail, and whatever indexes, producers and scaling loops count and measure.
 *
 * <pre>{@code
 * MicrometerObserver metrics = MicrometerObserver.of(registry);
 * Pointsman pointsman = Pointsman.builder(fleet).plugin("metrics", metrics).build();
 * scalingSignals.report(metrics, "autoscaler");
 * }</pre>
 *
 * <p>All names begin with {@code pointsman.}; the module's README lists them with their types, tags and units. Meters of a model are
 * there from its first dispatch on, all of them and at 0.
 *
 * <p><b>Tags</b> are few and bounded. Requests bring the names of models, so that only so many of these have a tag of their own, and
 * all others are {@code other}; {@linkplain Builder#models models that are served} can be named beforehand, so that nobody can crowd
 * them out, and refused requests get none. What is counted and measured outside of requests has at most {@value #MOST_MEASURES} meters; what is beyond is dropped,
 * and {@code pointsman.metrics.dropped} says how much was.
 *
 * <p><b>One observer</b> may serve any number of schedulers, indexes and loops, which then share its meters. Two observers of one
 * registry need {@linkplain Builder#tags tags} of different values and the same keys.
 *
 * <p><b>Times</b> are told by the scheduler's clock. A time that would be negative, because that clock went back, counts as 0. A
 * request that fails over after its first token has two times to the first token: its decision's to each.
 *
 * <p>Thread-safe. An event costs a look-up by its model's name and one to eight updates of meters; it allocates nothing and takes no
 * lock, unless the registry does. Memory grows with meters only: nothing is kept for a request.
 */
public final class MicrometerObserver implements SchedulingObserver, AutoCloseable {
    /** The most meters of what is counted and measured outside of requests. */
    public static final int MOST_MEASURES = 2_000;

    private static final int MOST_PLUGINS = 200;
    private static final Duration[] DECISION =
            micros(5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 20_000, 100_000);

    private final LongSupplier clock;
    private final Meters meters;
    private final Bounded<ModelMeters> models;
    private final Bounded<Counter> failures;
    private final Bounded<Counter> clampedScores;
    private final Bounded<Counter> missingScores;
    private final Timer dispatched;
    private final Timer rejected;
    private final Measures measures;

    private MicrometerObserver(Builder builder, Meters meters) {
        clock = builder.clock;
        this.meters = meters;
        Counter dropped =
                meters.counter("metrics.dropped", null, "Counts, measures and names that no meter could be had for");
        models = new Bounded<>(
                builder.maxModels, builder.models, model -> new ModelMeters(meters, model), dropped::increment);
        failures = byPlugin("plugin.failures", "Exceptions of plugins", "plugin", dropped);
        clampedScores = byPlugin("scores.clamped", "Scores that were out of range and cut to it", "scorer", dropped);
        missingScores =
                byPlugin("scores.missing", "Scores that were no number and counted as neutral", "scorer", dropped);
        dispatched = decisions("dispatched");
        rejected = decisions("rejected");
        measures = new Measures(meters, dropped, MOST_MEASURES, meters.names());
    }

    private Bounded<Counter> byPlugin(String meter, String description, String tag, Counter dropped) {
        return new Bounded<>(
                MOST_PLUGINS,
                List.of(),
                name -> meters.counter(meter, null, description, tag, name),
                dropped::increment);
    }

    private Timer decisions(String outcome) {
        return meters.timer("decision.duration", "Time that decisions took", DECISION, "outcome", outcome);
    }

    private static Duration[] micros(long... micros) {
        Duration[] durations = new Duration[micros.length];
        for (int i = 0; i < micros.length; i++) {
            durations[i] = Duration.ofNanos(micros[i] * 1_000);
        }
        return durations;
    }

    /**
     * Makes an observer with defaults: no further tags, histograms, a hundred models, and {@link System#nanoTime} as the scheduler's
     * clock.
     *
     * @throws IllegalArgumentException if another observer, not closed, has these meters in the registry
     */
    public static MicrometerObserver of(MeterRegistry registry) {
        return builder(registry).build();
    }

    /** Starts an observer of a registry. */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(registry);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        models.get(dispatch.request().model()).dispatched(dispatch);
        decided(dispatched, cycle);
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        // What is refused may be called anything; only a model that an endpoint serves has meters of its own.
        models.getKnown(cycle.request().model()).rejected(rejection.reason());
        decided(rejected, cycle);
    }

    private void decided(Timer outcome, SchedulingCycle cycle) {
        outcome.record(Math.max(0, clock.getAsLong() - cycle.now()), TimeUnit.NANOSECONDS);
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        models.get(dispatch.request().model()).firstToken(dispatch, now);
    }

    @Override
    public void tokens(Dispatch dispatch, int count, long now) {
        models.get(dispatch.request().model()).tokens(dispatch, count, now);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        models.get(dispatch.request().model()).failedOver();
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        models.get(dispatch.request().model()).ended(dispatch, ending, usage, now);
    }

    @Override
    public void pluginFailed(String plugin, Throwable failure) {
        failures.get(plugin).increment();
    }

    @Override
    public void scoresAdjusted(String scorer, int clamped, int missing) {
        if (clamped > 0) {
            clampedScores.get(scorer).increment(clamped);
        }
        if (missing > 0) {
            missingScores.get(scorer).increment(missing);
        }
    }

    @Override
    public void counted(String source, String what, String kind, long more) {
        measures.counted(source, what, kind, more);
    }

    @Override
    public void measured(String source, String what, String kind, double value) {
        measures.measured(source, what, kind, value);
    }

    /**
     * Removes this observer's meters from the registry, for hosts whose registry outlives their scheduler. Later events are counted
     * nowhere and harm nothing. (After {@code registry.clear()}, close this before another is made: they would have the same meters.)
     */
    @Override
    public void close() {
        models.close();
        failures.close();
        clampedScores.close();
        missingScores.close();
        measures.close();
        meters.remove();
    }

    /** Collects what differs from the defaults; not thread-safe. */
    public static final class Builder {
        private final MeterRegistry registry;
        private final Set<String> models = new LinkedHashSet<>();
        private Tags tags = Tags.empty();
        private int maxModels = 100;
        private boolean histograms = true;
        private LongSupplier clock = System::nanoTime;

        private Builder(MeterRegistry registry) {
            this.registry = requireNonNull(registry, "registry");
        }

        /**
         * Adds tags to every meter, such as the scheduler's name where a host has several.
         *
         * @param keyValues key, value, key, value and so on; keys that no meter has already
         */
        public Builder tags(String... keyValues) {
            Tags more = Tags.of(keyValues);
            for (Tag tag : more) {
                if (Names.OWN_TAGS.contains(tag.getKey())) {
                    throw new IllegalArgumentException("tags: " + tag.getKey() + " is a tag of some meters already."
                            + "\nMaybe call it scheduler_" + tag.getKey() + ".");
                }
            }
            tags = tags.and(more);
            return this;
        }

        /**
         * Names models that have tags of their own from the beginning, and whatever else is asked for.
         *
         * @param names at most 200 characters each, no control characters
         */
        public Builder models(String... names) {
            for (String name : names) {
                if (!Names.fitForTag(name)) {
                    throw new IllegalArgumentException("models: cannot be the value of a tag: " + name
                            + ".\nMaybe it has a line break, is longer than 200 characters, or is empty.");
                }
                models.add(name);
            }
            return this;
        }

        /**
         * Sets how many models have tags of their own beside those {@linkplain #models named}: the first ones that are asked for. A
         * model has some 30 meters, which are some 40 series in Prometheus, and with histograms some 170.
         *
         * @param most 100 by default, 0 for those named only
         */
        public Builder maxModels(int most) {
            if (most < 0) {
                throw new IllegalArgumentException(
                        "maxModels: must be at least 0, but was " + most + ".\nMaybe 0, for those named only.");
            }
            maxModels = most;
            return this;
        }

        /**
         * Sets whether times and tokens are counted by buckets, from which Prometheus makes percentiles; they are by default. Other
         * buckets are set as for any meter, by a {@link io.micrometer.core.instrument.config.MeterFilter}.
         */
        public Builder histograms(boolean histograms) {
            this.histograms = histograms;
            return this;
        }

        /** Sets the scheduler's clock, if it was given one, so that the time of decisions can be told. */
        public Builder clock(LongSupplier clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Makes the observer and its first meters.
         *
         * @throws IllegalArgumentException if another observer, not closed, has these meters in the registry
         */
        public MicrometerObserver build() {
            // Others that look in the meantime would find each other's meters, or none.
            synchronized (registry) {
                List<Meter> before = registry.getMeters();
                Meters meters = new Meters(registry, tags, histograms);
                boolean alone = false;
                try {
                    MicrometerObserver made = new MicrometerObserver(this, meters);
                    alone = !meters.hasAnyOf(before);
                    if (!alone) {
                        throw new IllegalArgumentException(
                                "registry: has another observer's meters of the tags " + tags
                                        + ".\nMaybe give both schedulers one observer, give each a tag of its own, or close the other first.");
                    }
                    return made;
                } finally {
                    if (!alone) {
                        meters.removeBut(before);
                    }
                }
            }
        }
    }
}
