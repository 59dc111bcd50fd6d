// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.samples.quickstart;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.plugin.SchedulingObserver;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says on a terminal what the scheduler decides, why, and how it ends. Thread-safe. */
final class Narrator implements SchedulingObserver {
    private final PrintStream out;
    private final Map<Dispatch, Long> underWay = new ConcurrentHashMap<>();

    Narrator(PrintStream out) {
        this.out = out;
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        underWay.put(dispatch, cycle.now());
        say(
                dispatch,
                "-> " + dispatch.target().id() + "  " + why(dispatch.decision().explanation()));
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        out.printf(Locale.ROOT, "%-8s refused: %s%n", cycle.request().id(), rejection.detail());
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        say(dispatch, "-> " + to.endpoint().id() + "  " + from.endpoint().id() + " did not answer");
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        long nanos = now - underWay.getOrDefault(dispatch, now);
        say(dispatch, "first token after " + nanos / 1_000_000 + " ms");
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        if (ending == Ending.COMPLETED) {
            say(
                    dispatch,
                    "completed: " + usage.promptTokens() + " prompt tokens (" + usage.cachedTokens() + " cached), "
                            + usage.outputTokens() + " of output");
        } else {
            String failure = dispatch.failure();
            say(dispatch, ending.name().toLowerCase(Locale.ROOT) + (failure == null ? "" : ": " + failure));
        }
        underWay.remove(dispatch);
        synchronized (this) {
            notifyAll();
        }
    }

    /** Waits until every dispatch has ended. */
    synchronized void awaitQuiet() throws InterruptedException {
        while (!underWay.isEmpty()) {
            wait();
        }
    }

    /** In one line: what each scorer gave the target, and by how much it won. */
    private static String why(@Nullable Explanation explanation) {
        if (explanation == null) {
            return ""; // Nobody asked for explanations.
        }
        ProfileExplanation profile = explanation.profiles().get(0);
        String scores = profile.candidates().stream()
                .filter(candidate -> candidate.endpoint().equals(profile.target()))
                .flatMap(candidate -> candidate.scores().stream())
                .map(score -> String.format(Locale.ROOT, "%s %.2f", score.scorer(), score.weighted()))
                .collect(Collectors.joining(" + "));
        return scores
                + (profile.tied() > 1
                        ? "; " + profile.tied() + " tied, the draw decided"
                        : String.format(Locale.ROOT, "; ahead by %.2f", profile.margin()));
    }

    private void say(Dispatch dispatch, String text) {
        out.printf(Locale.ROOT, "%-8s %s%n", dispatch.request().id(), text);
    }
}
