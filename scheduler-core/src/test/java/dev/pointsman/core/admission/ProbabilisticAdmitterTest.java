// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.admission.ProbabilisticAdmitter.Settings;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProbabilisticAdmitterTest {
    private static final TestFleet BUSY = TestFleet.builder()
            .endpoint("a", signals -> signals.waitingRequests(100))
            .build();
    private static final TestFleet UNKNOWN = TestFleet.of(3);

    private final ProbabilisticAdmitter admitter = new ProbabilisticAdmitter();

    @ParameterizedTest
    @EnumSource(Semantics.class)
    void contract_isKept(Semantics semantics) {
        PluginContract.of(factory(semantics)).verify();
    }

    @Test
    void ordinaryRequest_isAdmitted_howeverBusy() {
        assertThat(cycle(BUSY, "r", 0).admit(admitter)).isNull();
        assertThat(cycle(BUSY, "r", 7).admit(admitter)).isNull();
    }

    @Test
    void sheddableRequest_isRefused_whereAllAreBusy() {
        Rejection refusal = cycle(BUSY, "r", -1).admit(admitter);

        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(Rejection.Reason.NOT_ADMITTED);
        assertThat(refusal.plugin()).isEqualTo("probabilistic-admitter");
        assertThat(refusal.detail()).contains("100.0 %");
    }

    @Test
    void refusal_withLlmdsSemantics_isItsInternalError() {
        Rejection refusal = cycle(BUSY, "r", -1).admit(of(Semantics.LLM_D));

        assertThat(refusal).isNotNull();
        assertThat(refusal.reason().httpStatus()).isEqualTo(500);
    }

    @Test
    void fleetWithoutMetrics_isFullForLlmd_andUnknownForUs() {
        assertThat(cycle(UNKNOWN, "r", -1).admit(of(Semantics.LLM_D))).isNotNull();
        assertThat(cycle(UNKNOWN, "r", -1).admit(of(Semantics.CORRECTED))).isNull();
    }

    @Test
    void endpointWithoutMetrics_isLeftOutOfOurMean() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", signals -> signals.kvUsage(0.16))
                .endpoint("b")
                .build();

        assertThat(admitter.refusalProbability(TestCycle.of(fleet).candidates()))
                .isCloseTo(0.096, within(1e-9));
        assertThat(of(Semantics.LLM_D).refusalProbability(TestCycle.of(fleet).candidates()))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 0.096", "0, 0.16, 0.096", "0, 0.24, 0.729", "5, 0, 1", "0, 1, 1", "1, 0.24, 0.729"})
    void chance_followsTheBusierSignal(int waiting, double kvUsage, double chance) {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", signals -> signals.waitingRequests(waiting).kvUsage(kvUsage))
                .build();

        assertThat(admitter.refusalProbability(TestCycle.of(fleet).candidates()))
                .isCloseTo(chance, within(1e-9));
    }

    @Test
    void share_ofManyRequests_isTheChance() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", signals -> signals.kvUsage(0.2))
                .endpoint("b", signals -> signals.waitingRequests(1))
                .build();
        double chance = admitter.refusalProbability(TestCycle.of(fleet).candidates());

        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            refused += cycle(fleet, "r" + i, -1).admit(admitter) == null ? 0 : 1;
        }

        assertThat(chance).isBetween(0.15, 0.2);
        // Four standard deviations of 20,000 draws.
        assertThat(refused / 20_000.0).isCloseTo(chance, within(0.011));
    }

    @Test
    void sameRequest_faresTheSame_andTwoAdmittersDrawApart() {
        TestFleet fleet = TestFleet.builder()
                .endpoint("a", signals -> signals.kvUsage(0.22))
                .build();
        ProbabilisticAdmitter other = new ProbabilisticAdmitter("other", Settings.DEFAULT, Semantics.CORRECTED);

        int differ = 0;
        for (int i = 0; i < 200; i++) {
            Rejection first = cycle(fleet, "r" + i, -1).admit(admitter);
            assertThat(cycle(fleet, "r" + i, -1).admit(admitter)).isEqualTo(first);
            differ += (cycle(fleet, "r" + i, -1).admit(other) == null) == (first == null) ? 0 : 1;
        }

        assertThat(differ).isPositive();
    }

    @Property(tries = 300)
    void chance_isWhatTheFormulaSays(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 40) Integer> waiting,
            @ForAll @DoubleRange(min = 0.5, max = 9) double power,
            @ForAll @DoubleRange(min = 0.1, max = 1000) double k) {
        TestFleet.Builder fleet = TestFleet.builder();
        double sum = 0;
        for (int i = 0; i < waiting.size(); i++) {
            int queue = waiting.get(i);
            double kv = queue / 50.0;
            fleet.endpoint("e" + i, signals -> signals.waitingRequests(queue).kvUsage(kv));
            sum += Math.max(queue / 7.0, kv / 0.4);
        }
        ProbabilisticAdmitter made =
                new ProbabilisticAdmitter("made", new Settings(7, 0.4, power, k), Semantics.CORRECTED);

        double chance = made.refusalProbability(TestCycle.of(fleet.build()).candidates());

        assertThat(chance)
                .isBetween(0.0, 1.0)
                .isCloseTo(Math.min(1, Math.pow(sum / waiting.size(), power) * k), within(1e-9));
    }

    @Test
    void wrongSettings_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Settings(5, 1.5, 5, 300))
                .withMessageStartingWith("kvCacheUtilThreshold: must be at most 1, but was 1.5.\nMaybe ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Settings(5, 0.8, 0, 300))
                .withMessageStartingWith("power: must be a finite number above 0, but was 0.0.\nMaybe ");
        assertThatIllegalArgumentException().isThrownBy(() -> new Settings(Double.NaN, 0.8, 5, 300));
    }

    @ParameterizedTest
    @CsvSource({"power, 0", "k, -1", "queueDepthThreshold, 0", "kvCacheUtilThreshold, 0", "kvCacheUtilThreshold, 1.01"})
    void wrongParameters_areNamed(String name, double value) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> made(Semantics.LLM_D, Map.of(name, value)))
                .withMessageStartingWith("parameters." + name + ": must be ");
    }

    @Test
    void parameters_areRead() {
        ProbabilisticAdmitter made = (ProbabilisticAdmitter) made(
                Semantics.CORRECTED, Map.of("queueDepthThreshold", 200, "kvCacheUtilThreshold", 1, "power", 1, "k", 1));

        assertThat(made.refusalProbability(TestCycle.of(BUSY).candidates())).isEqualTo(0.5);
    }

    private static ProbabilisticAdmitter of(Semantics semantics) {
        return new ProbabilisticAdmitter("probabilistic-admitter", Settings.DEFAULT, semantics);
    }

    private static PluginFactory factory(Semantics semantics) {
        return AdmissionFactories.all(semantics).get(0);
    }

    private static Plugin made(Semantics semantics, Map<String, ?> values) {
        Parameters parameters = Parameters.of("parameters", values);
        ParameterSpec.checkNames(parameters, factory(semantics).parameters());
        return factory(semantics).create("made", parameters);
    }

    private static TestCycle cycle(TestFleet fleet, String id, int priority) {
        return TestCycle.of(fleet, TestRequests.builder(id).priority(priority).build());
    }
}
