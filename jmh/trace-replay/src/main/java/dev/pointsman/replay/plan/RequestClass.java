// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import static java.util.Objects.requireNonNull;

import dev.pointsman.core.sizing.TrafficClass;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests that are alike, before it is known what serves them. Immutable.
 *
 * @param requestsPerSecond how many come; finite and above 0
 * @param inputTokens of a prompt, at least 1
 * @param outputTokens of an answer, at least 1
 * @param hitShare share of a prompt that is found cached, in [0, 1]
 * @param spread how they arrive and differ
 */
public record RequestClass(
        double requestsPerSecond, int inputTokens, int outputTokens, double hitShare, TrafficClass.Spread spread) {
    private static final Pattern STATED =
            Pattern.compile("([0-9.]{1,12}):([0-9]{1,8}):([0-9]{1,8})(?::([0-9.]{1,12}))?");

    /** Checks the numbers. */
    public RequestClass {
        requireNonNull(spread, "spread");
        if (!(requestsPerSecond > 0 && requestsPerSecond < Double.POSITIVE_INFINITY)
                || inputTokens < 1
                || outputTokens < 1
                || !(hitShare >= 0 && hitShare <= 1)) {
            throw new IllegalArgumentException(
                    "traffic: must have a rate above 0, lengths of at least 1 token and a hit"
                            + " share of 0 to 1, but was " + requestsPerSecond + ", " + inputTokens + ", "
                            + outputTokens
                            + " and " + hitShare + ".\nMaybe write 4.5:5000:250 or 4.5:5000:250:0.3.");
        }
    }

    /** Makes a class of which nothing but the means is known. */
    public static RequestClass of(double requestsPerSecond, int inputTokens, int outputTokens, double hitShare) {
        return new RequestClass(requestsPerSecond, inputTokens, outputTokens, hitShare, TrafficClass.Spread.UNKNOWN);
    }

    /**
     * Reads what people write: {@code RATE:INPUT:OUTPUT} or {@code RATE:INPUT:OUTPUT:HIT}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static RequestClass parse(String text) {
        Matcher stated = STATED.matcher(text);
        try {
            if (stated.matches()) {
                return of(
                        Double.parseDouble(stated.group(1)),
                        Integer.parseInt(stated.group(2)),
                        Integer.parseInt(stated.group(3)),
                        stated.group(4) == null ? 0 : Double.parseDouble(stated.group(4)));
            }
        } catch (NumberFormatException e) {
            throw malformed(text, e);
        }
        throw malformed(text, null);
    }

    private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "traffic: must be RATE:INPUT:OUTPUT or RATE:INPUT:OUTPUT:HIT, but was \"" + text
                        + "\".\nMaybe write 4.5:5000:250 for 4.5 requests a second of 5,000 tokens in and 250 out.",
                cause);
    }

    /** Returns a name that tells it from others with other lengths. */
    public String name() {
        return "in " + inputTokens + " out " + outputTokens;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.2f requests/s of %,d tokens in (%.0f %% cached) and %,d out",
                requestsPerSecond,
                inputTokens,
                100 * hitShare,
                outputTokens);
    }
}
