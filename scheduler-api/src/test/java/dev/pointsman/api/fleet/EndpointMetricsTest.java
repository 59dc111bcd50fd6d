// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointMetricsTest {
    private static final LoraState LORA = new LoraState(Set.of("a"), Set.of("b"), 4);

    @ParameterizedTest
    @EnumSource(Signal.class)
    void unknown_hasNoSignal(Signal signal) {
        assertThat(EndpointMetrics.UNKNOWN.has(signal)).isFalse();
        assertThatThrownBy(() -> EndpointMetrics.UNKNOWN.observedAt(signal))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(signal + " was never observed, so it has no time.\nMaybe ask has(" + signal + ") first.");
    }

    @Test
    void missingSignals_haveTheValuesThatStandForMissing() {
        EndpointMetrics metrics = EndpointMetrics.UNKNOWN;

        assertThat(metrics.waitingRequests()).isEqualTo(-1);
        assertThat(metrics.runningRequests()).isEqualTo(-1);
        assertThat(metrics.kvUsage()).isNaN();
        assertThat(metrics.kvBlockSize()).isEqualTo(-1);
        assertThat(metrics.kvBlockCount()).isEqualTo(-1);
        assertThat(metrics.lora()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Signal.class)
    void oneSignalSet_isTheOnlyOneThere(Signal signal) {
        EndpointMetrics.Builder builder = EndpointMetrics.builder(-7);
        set(builder, signal);
        EndpointMetrics metrics = builder.build();

        for (Signal each : Signal.values()) {
            assertThat(metrics.has(each)).isEqualTo(each == signal);
        }
        assertThat(metrics.observedAt(signal)).isEqualTo(-7);
    }

    private static void set(EndpointMetrics.Builder builder, Signal signal) {
        switch (signal) {
            case WAITING_REQUESTS -> builder.waitingRequests(3);
            case RUNNING_REQUESTS -> builder.runningRequests(5);
            case KV_USAGE -> builder.kvUsage(0.71);
            case KV_BLOCK_SIZE -> builder.kvBlockSize(16);
            case KV_BLOCK_COUNT -> builder.kvBlockCount(1L << 40);
            case LORA -> builder.lora(LORA);
        }
    }

    private static EndpointMetrics all(long at) {
        EndpointMetrics.Builder builder = EndpointMetrics.builder(at);
        for (Signal signal : Signal.values()) {
            set(builder, signal);
        }
        return builder.build();
    }

    private static void hasAllValues(EndpointMetrics metrics) {
        assertThat(metrics.waitingRequests()).isEqualTo(3);
        assertThat(metrics.runningRequests()).isEqualTo(5);
        assertThat(metrics.kvUsage()).isEqualTo(0.71);
        assertThat(metrics.kvBlockSize()).isEqualTo(16);
        assertThat(metrics.kvBlockCount()).isEqualTo(1L << 40);
        assertThat(metrics.lora()).isEqualTo(LORA);
    }

    @Test
    void allSignalsSet_haveTheirValues() {
        hasAllValues(all(10));
        assertThat(all(10)).hasToString("EndpointMetrics[waiting 3, running 5, kv 0.71]");
    }

    @ParameterizedTest
    @EnumSource(Signal.class)
    void toBuilder_whatIsSetAgainGetsTheNewTime_andTheRestKeepsItsOwn(Signal signal) {
        EndpointMetrics old = all(10);
        EndpointMetrics.Builder builder = old.toBuilder(20);
        set(builder, signal);
        EndpointMetrics metrics = builder.build();

        hasAllValues(metrics);
        for (Signal each : Signal.values()) {
            assertThat(metrics.observedAt(each)).isEqualTo(each == signal ? 20 : 10);
            assertThat(old.observedAt(each)).isEqualTo(10);
        }
    }

    @Test
    void toBuilder_whatWasMissing_staysMissing() {
        EndpointMetrics metrics = EndpointMetrics.builder(10).waitingRequests(1).build().toBuilder(20)
                .kvUsage(0.5)
                .build();

        assertThat(metrics.observedAt(Signal.WAITING_REQUESTS)).isEqualTo(10);
        assertThat(metrics.observedAt(Signal.KV_USAGE)).isEqualTo(20);
        assertThat(metrics.has(Signal.RUNNING_REQUESTS)).isFalse();
    }

    @Test
    void builderUsedAgain_doesNotChangeWhatWasBuilt() {
        EndpointMetrics.Builder builder = EndpointMetrics.builder(10).waitingRequests(1);
        EndpointMetrics first = builder.build();

        builder.waitingRequests(2).runningRequests(2).build();

        assertThat(first.waitingRequests()).isEqualTo(1);
        assertThat(first.has(Signal.RUNNING_REQUESTS)).isFalse();
    }

    @Test
    void leastValues_areAllowed() {
        EndpointMetrics metrics = EndpointMetrics.builder(0)
                .waitingRequests(0)
                .runningRequests(0)
                .kvUsage(0)
                .kvBlockSize(1)
                .kvBlockCount(0)
                .build();

        assertThat(metrics.waitingRequests()).isZero();
        assertThat(metrics.runningRequests()).isZero();
        assertThat(metrics.kvUsage()).isZero();
        assertThat(metrics.kvBlockSize()).isEqualTo(1);
        assertThat(metrics.kvBlockCount()).isZero();
        assertThat(EndpointMetrics.builder(0).kvUsage(1).build().kvUsage()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 1.001, 71, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void kvUsageThatIsNoShare_isRefused(double share) {
        assertThatThrownBy(() -> EndpointMetrics.builder(0).kvUsage(share))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("KV_USAGE: must be between 0 and 1, but was " + share
                        + ".\nMaybe the engine reports a percentage; divide it by 100.");
    }

    @Test
    void countBelowItsLeast_isRefused() {
        assertThatThrownBy(() -> EndpointMetrics.builder(0).kvBlockSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("KV_BLOCK_SIZE: must be at least 1, but was 0.\n"
                        + "Maybe it could not be read; then leave it out, and it counts as missing.");
        List<Consumer<EndpointMetrics.Builder>> bad = List.of(
                builder -> builder.waitingRequests(-1),
                builder -> builder.runningRequests(-1),
                builder -> builder.kvBlockCount(-1));
        for (Consumer<EndpointMetrics.Builder> each : bad) {
            EndpointMetrics.Builder builder = EndpointMetrics.builder(0);
            assertThatThrownBy(() -> each.accept(builder))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be at least 0, but was -1.\nMaybe ");
            assertThat(builder.build().has(Signal.WAITING_REQUESTS)).isFalse();
        }
        assertThatThrownBy(() -> EndpointMetrics.builder(0).lora(null)).hasMessage("state");
    }

    @Test
    void loraState_copiesItsSets() {
        Set<String> active = new HashSet<>(Set.of("a"));
        LoraState state = new LoraState(active, Set.of(), 0);

        active.add("b");

        assertThat(state.active()).containsExactly("a");
        assertThatThrownBy(() -> state.active().add("c")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void loraState_withoutRoomForAnything_isRefused() {
        assertThatThrownBy(() -> new LoraState(Set.of(), Set.of(), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxActive: must be at least 0, but was -1.\n"
                        + "Maybe the engine's max_lora label could not be read; then report no LoRA state at all.");
    }
}
