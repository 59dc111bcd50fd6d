// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How often predictions name the faster of two chips, which is what a scheduler asks of them.
 *
 * <p>A pair is two configurations on unlike chips that were measured with the same model, lengths and concurrency, and whose TPOT
 * differs by more than a tenth of the smaller one. Engine, data type and parallelism may differ, as they do in a fleet. Repeats
 * of a configuration count once, by their mean.
 *
 * @param pairs how many pairs there are
 * @param right of how many the faster is named
 */
public record ChipOrdering(int pairs, int right) {
    private static final double DIFFERENCE = 1.1;

    /** Returns the share that is right, 0 to 1; null without pairs. */
    public @Nullable Double accuracy() {
        return pairs == 0 ? null : right / (double) pairs;
    }

    static ChipOrdering of(List<Validation.Compared> points) {
        Map<String, Map<String, Configuration>> byShape = new TreeMap<>();
        for (Validation.Compared each : points) {
            each.point().tpotSeconds().ifPresent(measured -> {
                MeasuredPoint point = each.point().measured();
                String shape = List.of(
                                each.point().deployment().model().id(),
                                point.promptTokens(),
                                point.outputTokens(),
                                point.together())
                        .toString();
                byShape.computeIfAbsent(shape, key -> new LinkedHashMap<>())
                        .computeIfAbsent(
                                point.configuration().toString(), key -> new Configuration(point.accelerator()))
                        .add(measured, each.tpot().estimate());
            });
        }
        int pairs = 0;
        int right = 0;
        for (Map<String, Configuration> shape : byShape.values()) {
            List<Configuration> all = new ArrayList<>(shape.values());
            for (int i = 0; i < all.size(); i++) {
                for (int j = 0; j < i; j++) {
                    if (all.get(i).comparesTo(all.get(j))) {
                        pairs++;
                        right += all.get(i).orderedLike(all.get(j)) ? 1 : 0;
                    }
                }
            }
        }
        return new ChipOrdering(pairs, right);
    }

    /** Repeats of one configuration. */
    private static final class Configuration {
        private final String accelerator;
        private double measured;
        private double predicted;
        private int count;

        Configuration(String accelerator) {
            this.accelerator = accelerator;
        }

        void add(double measuredSeconds, double predictedSeconds) {
            measured += measuredSeconds;
            predicted += predictedSeconds;
            count++;
        }

        private double mean() {
            return measured / count;
        }

        boolean comparesTo(Configuration other) {
            return !accelerator.equals(other.accelerator)
                    && Math.max(mean(), other.mean()) > DIFFERENCE * Math.min(mean(), other.mean());
        }

        boolean orderedLike(Configuration other) {
            return (mean() < other.mean()) == (predicted / count < other.predicted / other.count);
        }
    }
}
