// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a plugin keeps the contracts that the engine relies on, in one line of a test:
 *
 * <pre>{@code
 * PluginContract.of(new ZoneScorer("eu-1")).verify();
 * PluginContract.of(new ZoneScorerFactory(), Map.of("zone", "eu-1")).verify();
 * }</pre>
 *
 * <p>Scorers, cost scorers, filters, screeners, pickers, data producers, admissions and plugin factories can be checked; a
 * plugin of several kinds is checked as each. It is asked about fleets of 0, 1, 2, 10 and 1000 endpoints, some with holes
 * in their slots, of which nothing, something, everything or extreme values are known. In all of them
 *
 * <ul>
 *   <li>it does not throw,
 *   <li>it reads only data that it declares, and gives the same answer when asked again, in any order of candidates, and
 *       from several threads at once;
 *   <li>a scorer writes only at positions of candidates, and scores are in [0, 1] or NaN; costs are finite and at least 0,
 *       or NaN;
 *   <li>a filter that runs again over the same set removes no more;
 *   <li>a picker writes distinct positions, as many as it says, at least one; it leaves the totals as they are, breaks ties
 *       by the draw alone, and keeps what {@link Picker#deterministic} and {@link Picker#acceptsCosts} promise;
 *   <li>a producer writes only what it declares;
 *   <li>a factory has a well-formed type name and describes every parameter; it refuses values of another type and out of
 *       bounds with an error that names the path, and the plugin that it makes is checked too.
 * </ul>
 *
 * <p>A plugin that is a {@link FleetListener} hears of each fleet before it is asked about it. Data under the well-known
 * keys of {@link dev.pointsman.api.data} is there for a plugin that declares to read it; for any other data see {@link
 * #prepared}. Not thread-safe.
 */
public final class PluginContract {
    private final String subject;
    private final Function<Findings, @Nullable Plugin> source;
    private final List<TestFleet> fleets = new ArrayList<>();
    private Consumer<TestCycle> preparation = cycle -> {};

    private PluginContract(String subject, Function<Findings, @Nullable Plugin> source) {
        this.subject = subject;
        this.source = source;
    }

    /**
     * Checks a plugin.
     *
     * @throws IllegalArgumentException if it is of no kind that can be checked
     */
    public static PluginContract of(Plugin plugin) {
        String subject = plugin.getClass().getName();
        if (Trials.of(plugin).isEmpty() && !(plugin instanceof Picker)) {
            throw new IllegalArgumentException(
                    "plugin " + subject + ": is of no kind that can be checked.\n" + "Maybe test it with a scheduler.");
        }
        return new PluginContract(subject, findings -> plugin);
    }

    /** Checks a factory that requires no parameters, and the plugin that it makes by default. */
    public static PluginContract of(PluginFactory factory) {
        return of(factory, Map.of());
    }

    /**
     * Checks a factory and the plugin that it makes.
     *
     * @param factory the factory
     * @param parameters those that it requires, and any others to make the plugin with
     */
    public static PluginContract of(PluginFactory factory, Map<String, ?> parameters) {
        Map<String, ?> given = Map.copyOf(parameters);
        return new PluginContract(
                factory.getClass().getName(), findings -> new FactoryChecks(factory, given, findings).check());
    }

    /** Adds a fleet to try, for plugins that look at labels or other things that the usual fleets lack. */
    public PluginContract over(TestFleet fleet) {
        fleets.add(requireNonNull(fleet, "fleet"));
        return this;
    }

    /**
     * Sets data that the plugin reads, on every cycle that it is asked in.
     *
     * @param preparation the same for equal cycles; its fleet may be any
     */
    public PluginContract prepared(Consumer<TestCycle> preparation) {
        this.preparation = requireNonNull(preparation, "preparation");
        return this;
    }

    /**
     * Checks all rules.
     *
     * @throws AssertionError if any is broken: in one line which and where, in another what to try
     * @throws IllegalArgumentException if a factory requires a parameter that was not given
     */
    public void verify() {
        Findings findings = new Findings();
        Plugin plugin = source.apply(findings);
        if (plugin != null) {
            verify(plugin, findings);
        }
        findings.throwIfAny(subject);
    }

    private void verify(Plugin plugin, Findings findings) {
        CommonChecks common = new CommonChecks(plugin, preparation, findings);
        if (!common.declares()) {
            return;
        }
        List<Trial> trials = Trials.of(plugin);
        PickerChecks picker = plugin instanceof Picker p ? new PickerChecks(p, common, findings) : null;
        if (picker != null) {
            trials.addAll(picker.trials());
        }
        List<Scenario> scenarios = Scenario.standard();
        fleets.forEach(fleet -> scenarios.addAll(Scenario.over(fleet)));
        for (Scenario scenario : scenarios) {
            hears(plugin, scenario, true, findings);
            for (Trial trial : trials) {
                common.check(trial, scenario);
                if (scenario.isTypical()) {
                    common.checkThreads(trial, scenario);
                }
            }
            if (picker != null && scenario.isTypical()) {
                picker.checkDraws(scenario);
            }
            hears(plugin, scenario, false, findings);
        }
    }

    private static void hears(Plugin plugin, Scenario scenario, boolean joining, Findings findings) {
        if (!(plugin instanceof FleetListener listener)) {
            return;
        }
        TestFleet fleet = scenario.fleet();
        try {
            for (int slot = 0; slot < fleet.slotLimit(); slot++) {
                if (!fleet.occupied(slot)) {
                    continue;
                }
                if (joining) {
                    listener.joined(slot, fleet.incarnation(slot), fleet.endpoint(slot));
                } else {
                    listener.left(slot, fleet.incarnation(slot), fleet.endpoint(slot));
                }
            }
        } catch (RuntimeException | Error failure) {
            findings.threw(scenario.name() + (joining ? ", as they join" : ", as they leave"), failure);
        }
    }
}
