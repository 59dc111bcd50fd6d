// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * On which measurements a prediction rests. Immutable and thread-safe.
 *
 * @param level how closely they resemble the deployment
 * @param group the vendor, chip, engine, data type, model and release that they share, as far as {@code level} goes
 * @param points how many there are; 0 if it is all data sheets and published ranges
 * @param observations how many observations of the deployment itself came on top
 */
public record Basis(BasisLevel level, List<String> group, int points, long observations) {
    /** Copies what is given. */
    public Basis {
        requireNonNull(level, "level");
        group = List.copyOf(group);
        if (group.size() != level.ordinal()) {
            throw new IllegalArgumentException("group: must have " + level.ordinal() + " names for level "
                    + level.label() + ", but has " + group + ".\nMaybe a name is missing.");
        }
    }

    /** Makes a basis without observations. */
    public Basis(BasisLevel level, List<String> group, int points) {
        this(level, group, points, 0);
    }

    @Override
    public String toString() {
        String measured = points == 0
                ? "no measurement"
                : (group.isEmpty() ? "all measurements" : String.join(", ", group)) + " (" + points + " points)";
        return observations == 0 ? measured : measured + " and " + observations + " observations";
    }
}
