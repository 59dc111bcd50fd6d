// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import java.util.List;
import java.util.Locale;

/** Puts results of the same trace side by side, for people. */
public final class StageTable {
    private StageTable() {}

    /** Makes a table of a line for each result. */
    public static String format(List<StageResult> results) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-10s %7s %9s %9s %9s %9s %9s %9s %7s %8s %8s  %s%n",
                "policy",
                "remote",
                "TTFT mean",
                "p50",
                "p90",
                "p99",
                "TPOT mean",
                "ITL mean",
                "cached",
                "in time",
                "goodput",
                "busy"));
        for (StageResult result : results) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-10s %6.1f%% %9s %9s %9s %9s %9s %9s %6.1f%% %7.1f%% %8.2f  %s%n",
                    result.policy(),
                    100 * result.remoteShare(),
                    seconds(result.meanTtftSeconds()),
                    seconds(result.ttftMicros().p50() / 1e6),
                    seconds(result.ttftMicros().p90() / 1e6),
                    seconds(result.ttftMicros().p99() / 1e6),
                    millis(result.meanTpotSeconds()),
                    millis(result.meanItlSeconds()),
                    100 * result.hitShare(),
                    100 * result.attainment(),
                    result.goodput(),
                    busy(result)));
        }
        for (StageResult result : results) {
            if (result.rejected() + result.tooLong() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "%s: %d of %d requests were refused, %d fitted no memory%n",
                        result.policy(),
                        result.rejected(),
                        result.requests(),
                        result.tooLong()));
            }
        }
        for (StageResult result : results) {
            if (result.readAgain() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "%s: %d prompts were read twice, since servers waited for each other's memory%n",
                        result.policy(),
                        result.readAgain()));
            }
        }
        return text.toString();
    }

    private static String busy(StageResult result) {
        StringBuilder text = new StringBuilder();
        for (StageResult.Pool pool : result.pools()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(
                            pool.name(),
                            0,
                            pool.name().indexOf('/') < 0
                                    ? pool.name().length()
                                    : pool.name().indexOf('/'))
                    .append(String.format(Locale.ROOT, " %.0f%%", 100 * pool.utilization()));
        }
        return text.toString();
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.3f s" : "%.1f s", seconds);
    }

    private static String millis(double seconds) {
        return String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
    }
}
