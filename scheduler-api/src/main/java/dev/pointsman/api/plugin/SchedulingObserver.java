// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;

/**
 * Hears what becomes of requests: in-flight load, prefix history, latency calibration, recording and metrics all listen
 * here. Each event is told exactly once, on the thread that caused it; events of one dispatch may come from several
 * threads. Times are nanoseconds of the scheduler's clock. An observer must be quick and must not block. It must not itself
 * report progress or the end of any dispatch: events are told while their dispatch is locked, so that they come in order,
 * and two observers that each end the other's dispatch would wait for ever. What an observer needs to time a request, its
 * dispatch knows ({@link Dispatch#scheduledAt}, {@link Dispatch#firstTokenAt}, {@link Dispatch#lastTokenAt}); a map of dispatches
 * would have to forget those that a host loses.
 */
public interface SchedulingObserver extends Plugin {
    /**
     * A request was scheduled and its load reserved.
     *
     * @param cycle its cycle, with all data produced; not to be kept
     * @param dispatch its dispatch
     */
    default void dispatched(SchedulingCycle cycle, Dispatch dispatch) {}

    /**
     * A request was refused.
     *
     * @param cycle its cycle; not to be kept
     * @param rejection why
     */
    default void rejected(SchedulingCycle cycle, Rejection rejection) {}

    /** A request was sent to its target. */
    default void sent(Dispatch dispatch, long now) {}

    /** The first token of an answer came. */
    default void firstToken(Dispatch dispatch, long now) {}

    /** Further tokens of an answer came; {@code count} since the last report. */
    default void tokens(Dispatch dispatch, int count, long now) {}

    /** A dispatch moved on to a fallback. */
    default void failedOver(Dispatch dispatch, Target from, Target to, long now) {}

    /** A dispatch ended; {@code usage} is unknown unless it was completed. */
    default void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {}

    /**
     * A plugin threw, and was isolated.
     *
     * @param plugin its name
     * @param failure what it threw
     */
    default void pluginFailed(String plugin, Throwable failure) {}

    /**
     * Scores of one scorer, in one profile run, were out of range or missing.
     *
     * @param scorer its name
     * @param clamped how many were cut to [0, 1], at least 0
     * @param missing how many were NaN and counted as neutral, at least 0
     */
    default void scoresAdjusted(String scorer, int clamped, int missing) {}

    /**
     * Something outside of any request was counted, such as KV events that an index could not use. May come from any thread,
     * and very often.
     *
     * @param source what counted, such as a producer's name
     * @param what what was counted, with its unit, such as {@code kv-index.stored-blocks}
     * @param kind which kind of it, of a few, such as a tier; empty if there is one only
     * @param more how many more, at least 1
     */
    default void counted(String source, String what, String kind, long more) {}

    /**
     * Something outside of any request was measured that goes up and down, such as the memory of an index. May come from any
     * thread.
     *
     * @param source what measured, such as a producer's name
     * @param what what was measured, with its unit, such as {@code kv-index.bytes}
     * @param kind which kind of it; empty if there is one only
     * @param value what it is now
     */
    default void measured(String source, String what, String kind, double value) {}
}
