// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.guard;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.internal.assembly.Named;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a plugin that throws from taking a decision with it: the failure is counted, told to observers, logged once a minute
 * for each plugin, and the caller goes on without it. With fail-fast it ends the request instead. Thread-safe.
 */
public final class PluginGuard {
    private static final long LOG_EVERY_NANOS = 60_000_000_000L;

    private final Logger log;
    private final LongSupplier clock;
    private final boolean failFast;
    private final ImmutableList<Named<SchedulingObserver>> observers;
    private final ConcurrentMap<String, Failures> failures = new ConcurrentHashMap<>();

    public PluginGuard(LongSupplier clock, boolean failFast, ImmutableList<Named<SchedulingObserver>> observers) {
        this(LoggerFactory.getLogger("dev.pointsman.plugins"), clock, failFast, observers);
    }

    PluginGuard(Logger log, LongSupplier clock, boolean failFast, ImmutableList<Named<SchedulingObserver>> observers) {
        this.log = log;
        this.clock = clock;
        this.failFast = failFast;
        this.observers = observers;
    }

    /**
     * Notes that a plugin threw while a decision was being made.
     *
     * @param telling whether observers hear of it
     * @throws PluginFailure if plugins are to fail fast
     */
    public void failed(String plugin, Throwable thrown, boolean telling) {
        if (telling) {
            isolate(plugin, thrown);
        } else {
            count(plugin, thrown);
        }
        if (failFast) {
            throw new PluginFailure(plugin, thrown);
        }
    }

    /** Notes that a plugin threw where no decision depends on it. */
    public void isolate(String plugin, Throwable thrown) {
        count(plugin, thrown);
        for (Named<SchedulingObserver> observer : observers) {
            try {
                observer.plugin().pluginFailed(plugin, thrown);
            } catch (Throwable again) {
                // Not told in turn: that would go on for ever.
                count(observer.name(), again);
            }
        }
    }

    private void count(String plugin, Throwable thrown) {
        // The machine is in trouble, not the plugin; a stack overflow is the plugin's own.
        if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
            throw error;
        }
        failures.computeIfAbsent(plugin, name -> new Failures(clock.getAsLong()))
                .log(plugin, thrown);
    }

    /** Tells each observer something; one that throws is isolated. */
    public void tell(Consumer<SchedulingObserver> event) {
        for (Named<SchedulingObserver> observer : observers) {
            try {
                event.accept(observer.plugin());
            } catch (Throwable thrown) {
                isolate(observer.name(), thrown);
            }
        }
    }

    /** Tells each observer of tokens; told as often as there are tokens, so that a lambda for each report would add up. */
    void tellTokens(Dispatch dispatch, int count, long now) {
        for (int i = 0; i < observers.size(); i++) {
            Named<SchedulingObserver> observer = observers.get(i);
            try {
                observer.plugin().tokens(dispatch, count, now);
            } catch (Throwable thrown) {
                isolate(observer.name(), thrown);
            }
        }
    }

    /** Returns how often a plugin has failed. */
    public long failures(String plugin) {
        Failures known = failures.get(plugin);
        return known == null ? 0 : known.count.get();
    }

    private final class Failures {
        private final AtomicLong count = new AtomicLong();
        private final AtomicLong nextLog;

        Failures(long now) {
            nextLog = new AtomicLong(now);
        }

        void log(String plugin, Throwable thrown) {
            long total = count.incrementAndGet();
            long now = clock.getAsLong();
            long due = nextLog.get();
            if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_EVERY_NANOS)) {
                log.warn("plugin {} failed ({} times so far); deciding without it", plugin, total, thrown);
            }
        }
    }

    /** Ends the request at hand. */
    public static final class PluginFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String plugin;

        PluginFailure(String plugin, Throwable cause) {
            super(plugin, cause, false, false);
            this.plugin = plugin;
        }

        /** Returns the plugin that threw. */
        public String plugin() {
            return plugin;
        }
    }
}
