// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * How fast each endpoint is, in tokens a second: by a gauge that the host reports, such as a moving average of output tokens,
 * or else by a label. An endpoint of which neither is known, or whose speed is not above 0, is taken to be as fast as the
 * others are on average, and if none is known, as fast as a default.
 *
 * <p>Thread-safe. Allocates nothing but for a label value that it has not seen before.
 */
final class Speeds {
    static final ParameterSpec GAUGE = ParameterSpec.optional(
            "speedGauge",
            ParameterSpec.Type.STRING,
            null,
            "The gauge by which endpoints report their speed in tokens a second.");
    static final ParameterSpec LABEL = ParameterSpec.optional(
            "speedLabel",
            ParameterSpec.Type.STRING,
            null,
            "The label that states an endpoint's speed in tokens a second, where it reports none.");
    static final ParameterSpec DEFAULT = ParameterSpec.optional(
                    "tokensPerSecond",
                    ParameterSpec.Type.NUMBER,
                    "2000",
                    "The speed of all where no endpoint's is known; where some are, an unknown one has their mean.")
            .between(1e-9, 1e12);
    static final List<ParameterSpec> PARAMETERS = List.of(GAUGE, LABEL, DEFAULT);

    private static final int MOST_LABEL_VALUES = 4096;

    private final @Nullable String gauge;
    private final @Nullable String label;
    private final double tokensPerSecond;
    private final ConcurrentMap<String, Double> parsed = new ConcurrentHashMap<>();

    Speeds(Parameters parameters) {
        gauge = parameters.has("speedGauge") ? parameters.requiredString("speedGauge") : null;
        label = parameters.has("speedLabel") ? parameters.requiredString("speedLabel") : null;
        tokensPerSecond = parameters.number("tokensPerSecond", 2000, 1e-9, 1e12);
    }

    /** Returns the speed of the candidate at a position in tokens a second, above 0, or NaN if it is not known. */
    double known(Candidates candidates, int position) {
        double speed = gauge == null ? Double.NaN : candidates.metrics(position).gauge(gauge);
        if (!(speed > 0) && label != null) {
            String text = candidates.endpoint(position).labels().get(label);
            speed = text == null ? Double.NaN : parsed(text);
        }
        return speed > 0 && speed < Double.POSITIVE_INFINITY ? speed : Double.NaN;
    }

    /** Returns the speed of those that are not known, of which others are: their mean, or the default if there are none. */
    double unknown(double sumOfKnown, int known) {
        return known > 0 ? sumOfKnown / known : tokensPerSecond;
    }

    /** Returns the speed of every candidate that is not known. */
    double unknown(Candidates candidates) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double speed = known(candidates, i);
            if (!Double.isNaN(speed)) {
                sum += speed;
                count++;
            }
        }
        return unknown(sum, count);
    }

    private double parsed(String text) {
        Double known = parsed.get(text);
        if (known != null) {
            return known;
        }
        double speed;
        try {
            speed = Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            speed = Double.NaN;
        }
        if (parsed.size() < MOST_LABEL_VALUES) {
            parsed.put(text, speed);
        }
        return speed;
    }
}
