// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.LatencyTarget;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads targets as people write them: {@code ttft=2s,tpot=50ms,quantile=0.9}. */
public final class TargetText {
    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s)");

    private TargetText() {}

    /**
     * Reads targets. Both times are required; without a quantile the mean has to keep TTFT.
     *
     * @throws IllegalArgumentException if a part is unknown, missing or malformed
     */
    public static LatencyTarget parse(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || !(name.equals("ttft") || name.equals("tpot") || name.equals("quantile"))) {
                throw malformed("has \"" + part + "\"");
            }
            if (parts.put(name, part.substring(equals + 1)) != null) {
                throw malformed("has " + name + " twice");
            }
        }
        double quantile;
        try {
            quantile = Double.parseDouble(parts.getOrDefault("quantile", "0"));
        } catch (NumberFormatException e) {
            throw malformed("has a quantile that is no number");
        }
        return new LatencyTarget(time(parts, "ttft"), time(parts, "tpot"), quantile);
    }

    private static Duration time(Map<String, String> parts, String name) {
        String text = parts.get(name);
        if (text == null) {
            throw malformed("has no " + name);
        }
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw malformed("has " + name + "=" + text);
        }
        double seconds = Double.parseDouble(time.group(1)) / (time.group(2).equals("s") ? 1 : 1e3);
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private static IllegalArgumentException malformed(String found) {
        return new IllegalArgumentException("slo: must be such as ttft=2s,tpot=50ms,quantile=0.9, but " + found
                + ".\nMaybe a unit is missing; times are in ms or s.");
    }
}
