// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.testkit.TestCandidates;
import dev.pointsman.testkit.TestCycle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What holds for every plugin: it does not throw, answers alike in any order, again and from any thread. */
final class CommonChecks {
    private static final int THREADS = 4;
    private static final int ROUNDS = 100;
    private static final double TOLERANCE = 1e-9;

    private final Plugin plugin;
    private final Consumer<TestCycle> preparation;
    private final Findings findings;
    private final Set<DataKey> consumed = new LinkedHashSet<>();
    private final Set<DataKey> readable = new LinkedHashSet<>();

    CommonChecks(Plugin plugin, Consumer<TestCycle> preparation, Findings findings) {
        this.plugin = plugin;
        this.preparation = preparation;
        this.findings = findings;
    }

    /** Reads what the plugin declares, and whether it does so alike each time; without it nothing else can be tried. */
    boolean declares() {
        try {
            consumed.addAll(declared());
            readable.addAll(consumed);
            if (plugin instanceof DataProducer producer) {
                readable.addAll(producer.produces());
            }
            if (!consumed.equals(declared())) {
                findings.broken(Rule.DECLARATIONS_CHANGE, "when asked again", "declares other keys");
            }
            return true;
        } catch (RuntimeException | Error failure) {
            findings.threw("when asked for the keys it declares", failure);
            return false;
        }
    }

    /** Tries the plugin in one scenario. */
    void check(Trial trial, Scenario scenario) {
        if (scenario.fleet().size() == 0 && !trial.takesEmptySets()) {
            return;
        }
        TestCycle cycle = cycle(scenario);
        Set<DataKey> readBefore = cycle.keysRead();
        Map<String, Double> answer = ask(trial, cycle, cycle.candidates(), scenario.name());
        checkReads(cycle, readBefore, scenario.name());
        if (answer == null) {
            return;
        }
        same(trial, scenario, answer, candidates -> candidates, Rule.NOT_REPEATABLE, "asked again");
        same(trial, scenario, answer, TestCandidates::reversed, Rule.DEPENDS_ON_ORDER, "in the opposite order");
        same(trial, scenario, answer, candidates -> candidates.shuffled(7), Rule.DEPENDS_ON_ORDER, "in another order");
    }

    /** Tries the plugin from several threads at once. */
    void checkThreads(Trial trial, Scenario scenario) {
        TestCycle cycle = cycle(scenario);
        Map<String, Double> answer = ask(trial, cycle, cycle.candidates(), scenario.name());
        if (answer == null) {
            return;
        }
        CyclicBarrier start = new CyclicBarrier(THREADS);
        Callable<@Nullable String> task = () -> {
            start.await();
            for (int round = 0; round < ROUNDS; round++) {
                TestCycle own = cycle(scenario);
                String difference =
                        difference(answer, trial.answer(own, own.candidates(), new Findings(), scenario.name()));
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<@Nullable String>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                tasks.add(task);
            }
            for (Future<@Nullable String> future : threads.invokeAll(tasks)) {
                String difference = future.get();
                if (difference != null) {
                    findings.broken(Rule.NOT_THREAD_SAFE, scenario.name() + ", from several threads", difference);
                }
            }
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            findings.broken(
                    Rule.NOT_THREAD_SAFE,
                    scenario.name() + ", from several threads",
                    "threw " + Findings.firstLine(cause));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Starts a cycle with the data that the plugin reads. */
    TestCycle cycle(Scenario scenario) {
        TestCycle cycle = scenario.cycle(consumed);
        preparation.accept(cycle);
        return cycle;
    }

    /** Asks once; null if the plugin threw. */
    @Nullable
    Map<String, Double> ask(Trial trial, TestCycle cycle, TestCandidates candidates, String where) {
        try {
            return trial.answer(cycle, candidates, findings, where);
        } catch (RuntimeException | Error failure) {
            findings.threw(where, failure);
            return null;
        }
    }

    private Set<DataKey> declared() {
        Set<DataKey> keys = new LinkedHashSet<>(plugin.consumes());
        keys.addAll(plugin.consumesIfPresent());
        return keys;
    }

    private void checkReads(TestCycle cycle, Set<DataKey> readBefore, String where) {
        for (DataKey key : cycle.keysRead()) {
            if (!readBefore.contains(key) && !readable.contains(key)) {
                findings.broken(Rule.READS_UNDECLARED, where, "reads " + key + " without declaring it");
            }
        }
    }

    private void same(
            Trial trial,
            Scenario scenario,
            Map<String, Double> answer,
            UnaryOperator<TestCandidates> order,
            Rule rule,
            String how) {
        TestCycle cycle = cycle(scenario);
        String where = scenario.name() + ", " + how;
        Map<String, Double> other = ask(trial, cycle, order.apply(cycle.candidates()), where);
        String difference = other == null ? null : difference(answer, other);
        if (difference != null) {
            findings.broken(rule, where, difference);
        }
    }

    /** Says where two answers differ, or returns null. */
    static @Nullable String difference(Map<String, Double> first, Map<String, Double> second) {
        Set<String> names = new LinkedHashSet<>(first.keySet());
        names.addAll(second.keySet());
        for (String name : names) {
            Double a = first.get(name);
            Double b = second.get(name);
            if (a == null || b == null || !(a.equals(b) || Math.abs(a - b) <= TOLERANCE)) {
                return "the answer for " + name + " was " + (a == null ? "none" : a) + " and became "
                        + (b == null ? "none" : b);
            }
        }
        return null;
    }
}
