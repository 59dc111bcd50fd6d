// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import java.util.ArrayList;
import java.util.List;

/**
 * Mooncake's choice of a prefill instance: one whose own prefix is much shorter than the longest anywhere is judged as if it pulled
 * that, one whose own is long enough by its own; the soonest first token wins. Thread-safe, no state.
 *
 * <p>Source: Mooncake, FAST 2025, algorithm 1.
 */
public final class PrefixPull {
    private PrefixPull() {}

    /**
     * An instance that could read a prompt.
     *
     * @param name to tell it from others
     * @param prefixTokens what it has of the prompt
     * @param queueSeconds what waits before
     */
    public record Instance(String name, long prefixTokens, double queueSeconds) {}

    /**
     * An instance, judged.
     *
     * @param instance which
     * @param ttftSeconds when the first token comes
     * @param pulls whether it pulls the longest prefix
     */
    public record Judged(Instance instance, double ttftSeconds, boolean pulls) {}

    /**
     * Judges instances, in their order.
     *
     * @param prefill how fast they read
     * @param bytesPerToken of KV
     * @param link between them
     * @param threshold pull if the longest prefix is more than this times the own one
     */
    public static List<Judged> judge(
            List<Instance> instances,
            long promptTokens,
            PrefillTime prefill,
            double bytesPerToken,
            TierLink link,
            double threshold) {
        long longest =
                instances.stream().mapToLong(Instance::prefixTokens).max().orElse(0);
        List<Judged> judged = new ArrayList<>();
        for (Instance one : instances) {
            boolean pulls = longest > threshold * one.prefixTokens();
            long prefix = pulls ? longest : one.prefixTokens();
            double moved = pulls ? link.readSeconds((longest - one.prefixTokens()) * bytesPerToken, 0) : 0;
            double ttft = one.queueSeconds() + moved + prefill.seconds(promptTokens - prefix, prefix);
            judged.add(new Judged(one, ttft, pulls));
        }
        return judged;
    }

    /** Tells whether Mooncake would refuse a request: if either predicted time misses its target. */
    public static boolean refuses(double ttft, double ttftTarget, double tbt, double tbtTarget) {
        return ttft > ttftTarget || tbt > tbtTarget;
    }
}
