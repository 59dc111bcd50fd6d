// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Coefficients of all terms of one quantity (TPOT or TTFT), for every group of measurements, with the bands that belong to them.
 * Immutable and thread-safe.
 *
 * <p>A group is a path: nothing, a vendor, a vendor and chip, and so on through {@link BasisLevel}. A deployment uses the
 * longest path that there is. Bands are of two sorts: for a deployment whose model was measured on its chip, by the group of
 * data type; for anything stranger, by how much of the path is known, from measurements whose model, or whose chip, was left
 * out of the fit.
 */
public final class Coefficients {
    private final List<Term> terms;
    private final List<Group> groups;
    private final List<Band> strangers;
    private final Map<List<String>, Band> bands;
    private final Map<List<String>, Group> byKey = new HashMap<>();

    /**
     * Makes a set of coefficients.
     *
     * @param terms what the coefficients scale
     * @param groups all groups, at least that of all measurements, whose key is empty
     * @param strangers the band by the level of the longest known path, from {@link BasisLevel#GLOBAL} to
     *     {@link BasisLevel#DTYPE}
     * @param bands the band for known models, by group; at least that of all measurements
     */
    public Coefficients(List<Term> terms, List<Group> groups, List<Band> strangers, Map<List<String>, Band> bands) {
        this.terms = List.copyOf(terms);
        this.groups = List.copyOf(groups);
        this.strangers = List.copyOf(strangers);
        this.bands = Map.copyOf(bands);
        for (Group group : groups) {
            if (group.coefficients().size() != terms.size()) {
                throw new IllegalArgumentException("groups: " + group.key() + " must have " + terms.size()
                        + " coefficients, but has " + group.coefficients().size() + ".\nMaybe run the fit again.");
            }
            if (byKey.put(group.key(), group) != null) {
                throw new IllegalArgumentException(
                        "groups: " + group.key() + " is there twice.\nMaybe remove one of the two.");
            }
        }
        if (!byKey.containsKey(List.of()) || !bands.containsKey(List.of())) {
            throw new IllegalArgumentException("groups: must have one with an empty key, and a band for it.\n"
                    + "Maybe run the fit again; there must be measurements.");
        }
        if (strangers.size() != BasisLevel.MODEL.ordinal()) {
            throw new IllegalArgumentException("strangers: must have " + BasisLevel.MODEL.ordinal() + " bands, but has "
                    + strangers.size() + ".\nMaybe run the fit again.");
        }
    }

    /** Returns what the coefficients scale. */
    public List<Term> terms() {
        return terms;
    }

    /** Returns all groups, parents first. */
    public List<Group> groups() {
        return groups;
    }

    /** Returns the bands for deployments whose model was not measured, by {@link BasisLevel}. */
    public List<Band> strangers() {
        return strangers;
    }

    /** Returns the bands for deployments whose model was measured, by group, in a fixed order. */
    public Map<List<String>, Band> bands() {
        Map<List<String>, Band> sorted =
                new TreeMap<>((a, b) -> String.join("/", a).compareTo(String.join("/", b)));
        sorted.putAll(bands);
        return sorted;
    }

    /** Returns the group with the longest path that a deployment is in. */
    public Group resolve(Deployment deployment) {
        List<String> path = path(deployment);
        for (int length = path.size(); length > 0; length--) {
            Group group = byKey.get(path.subList(0, length));
            if (group != null) {
                return group;
            }
        }
        return requireNonNull(byKey.get(List.of()));
    }

    /** Returns the band for a deployment. */
    public Band band(Deployment deployment) {
        int known = resolve(deployment).key().size();
        if (known < BasisLevel.MODEL.ordinal()) {
            return strangers.get(known);
        }
        List<String> path = path(deployment);
        for (int length = BasisLevel.DTYPE.ordinal(); length > 0; length--) {
            Band band = bands.get(path.subList(0, length));
            if (band != null) {
                return band;
            }
        }
        return requireNonNull(bands.get(List.of()));
    }

    /** Returns the names of the groups that a deployment is in, outermost first; the release only if it is known. */
    public static List<String> path(Deployment deployment) {
        List<String> path = new ArrayList<>(List.of(
                deployment.accelerator().vendor(),
                deployment.accelerator().id(),
                deployment.engineFamily(),
                measuredAs(deployment.weights()).label(),
                deployment.model().id()));
        if (!deployment.release().isEmpty()) {
            path.add(deployment.release());
        }
        return path;
    }

    /** Measurements do not tell scales by the block from others, nor the two kinds of 16 bits: those are one group each. */
    private static DType measuredAs(DType weights) {
        return switch (weights) {
            case FP8_BLOCK -> DType.FP8;
            case MXFP4 -> DType.FP4;
            case FP16 -> DType.BF16;
            case BF16, FP8, FP4, INT8, INT4 -> weights;
        };
    }

    /**
     * The coefficients of one group of measurements.
     *
     * @param key the path
     * @param points how many measurements are in it
     * @param meanError mean absolute error of the group's own fit over its points, in percent
     * @param medianError the median of the same
     * @param coefficients one for each term; each at least 0
     */
    public record Group(List<String> key, int points, double meanError, double medianError, List<Double> coefficients) {
        /** Copies and checks what is given. */
        public Group {
            key = List.copyOf(key);
            coefficients = List.copyOf(coefficients);
            for (double coefficient : coefficients) {
                if (!(coefficient >= 0 && coefficient < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("coefficients: must be finite and at least 0, but " + key
                            + " has " + coefficient + ".\nMaybe run the fit again.");
                }
            }
        }

        /** Returns the group in the words of a prediction. */
        public Basis basis() {
            return new Basis(BasisLevel.values()[key.size()], key, points);
        }

        double[] toArray() {
            return coefficients.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
