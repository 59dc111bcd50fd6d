// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.internal.assembly.Named;
import dev.pointsman.testkit.ManualClock;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class PluginGuardTest {
    private static final IllegalStateException FAILURE = new IllegalStateException("test");

    private final List<String> logged = new ArrayList<>();
    private final ManualClock clock = new ManualClock(-5);

    @Test
    void failures_areLoggedOnceAMinuteForEachPlugin() {
        PluginGuard guard = guard(false);

        guard.isolate("a", FAILURE);
        guard.isolate("a", FAILURE);
        guard.isolate("b", FAILURE);
        clock.advance(Duration.ofSeconds(59));
        guard.isolate("a", FAILURE);
        assertThat(logged).containsExactly("a 1", "b 1");
        clock.advance(Duration.ofSeconds(1));
        guard.isolate("a", FAILURE);
        guard.isolate("a", FAILURE);

        assertThat(logged).containsExactly("a 1", "b 1", "a 4");
        assertThat(guard.failures("a")).isEqualTo(5);
        assertThat(guard.failures("b")).isEqualTo(1);
        assertThat(guard.failures("c")).isZero();
    }

    @Test
    void failFast_endsTheRequestAndCounts() {
        PluginGuard guard = guard(true);

        assertThatThrownBy(() -> guard.failed("a", FAILURE, true))
                .isInstanceOf(PluginGuard.PluginFailure.class)
                .hasCause(FAILURE);
        guard.isolate("a", FAILURE);

        assertThat(guard.failures("a")).isEqualTo(2);
    }

    @Test
    void machinesOwnTrouble_isPassedOn() {
        PluginGuard guard = guard(false);

        assertThatThrownBy(() -> guard.isolate("a", new OutOfMemoryError("test")))
                .isInstanceOf(OutOfMemoryError.class);
        guard.isolate("a", new StackOverflowError());
        guard.isolate("a", new LinkageError());

        assertThat(guard.failures("a")).isEqualTo(2);
    }

    @Test
    void observerThatFailsOnAFailure_isCountedAndNotToldOfItself() {
        List<String> told = new ArrayList<>();
        SchedulingObserver broken = new SchedulingObserver() {
            @Override
            public void pluginFailed(String plugin, Throwable failure) {
                told.add(plugin);
                throw FAILURE;
            }
        };
        PluginGuard guard = guard(false, ImmutableList.of(new Named<>("broken", broken)));

        guard.isolate("a", FAILURE);

        assertThat(told).containsExactly("a");
        assertThat(guard.failures("broken")).isEqualTo(1);
    }

    @Test
    void rehearsal_countsAndTellsNobody() {
        List<String> told = new ArrayList<>();
        SchedulingObserver witness = new SchedulingObserver() {
            @Override
            public void pluginFailed(String plugin, Throwable failure) {
                told.add(plugin);
            }
        };
        PluginGuard guard = guard(false, ImmutableList.of(new Named<>("witness", witness)));

        guard.failed("a", FAILURE, false);

        assertThat(told).isEmpty();
        assertThat(guard.failures("a")).isEqualTo(1);
    }

    private PluginGuard guard(boolean failFast) {
        return guard(failFast, ImmutableList.of());
    }

    private PluginGuard guard(boolean failFast, ImmutableList<Named<SchedulingObserver>> observers) {
        Logger log = (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("warn");
                    Object[] values = (Object[]) arguments[1];
                    assertThat(values[2]).isInstanceOf(Throwable.class);
                    logged.add(values[0] + " " + values[1]);
                    return null;
                });
        return new PluginGuard(log, clock, failFast, observers);
    }
}
