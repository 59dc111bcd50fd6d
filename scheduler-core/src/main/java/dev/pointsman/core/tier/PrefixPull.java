// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.tier;

import static java.util.Objects.requireNonNull;

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
     * @param prefixTokens what it has of the prompt; at least 0
     * @param queueSeconds what waits before; at least 0
     */
    public record Instance(String name, long prefixTokens, double queueSeconds) {
        /** Checks the numbers. */
        public Instance {
            requireNonNull(name, "name");
            Amounts.notNegative(name + ".prefixTokens", prefixTokens);
            Amounts.notNegative(name + ".queueSeconds", queueSeconds);
        }
    }

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
     * @param promptTokens all of the prompt, at least 0; prefixes that are longer count as all of it
     * @param prefill how fast they read
     * @param bytesPerToken of KV; above 0
     * @param link between them
     * @param threshold pull if the longest prefix is more than this times the own one; above 0
     */
    public static List<Judged> judge(
            List<Instance> instances,
            long promptTokens,
            PrefillTime prefill,
            double bytesPerToken,
            TierLink link,
            double threshold) {
        Amounts.notNegative("promptTokens", promptTokens);
        Amounts.positive("bytesPerToken", bytesPerToken);
        Amounts.positive("threshold", threshold);
        long longest = instances.stream()
                .mapToLong(one -> Math.min(promptTokens, one.prefixTokens()))
                .max()
                .orElse(0);
        List<Judged> judged = new ArrayList<>();
        for (Instance one : instances) {
            long own = Math.min(promptTokens, one.prefixTokens());
            boolean pulls = longest > own && longest > threshold * own;
            long prefix = pulls ? longest : own;
            double moved = pulls ? link.readSeconds((longest - own) * bytesPerToken, 0) : 0;
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
