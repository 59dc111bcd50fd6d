// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

/**
 * How closely the measurements behind a prediction resemble the deployment, from anything at all to the same model on the same
 * chip with an engine of the same time. Each level's coefficients are pulled toward those of the level before it.
 */
public enum BasisLevel {
    /** All measurements. */
    GLOBAL("all"),
    /** Chips of the same vendor. */
    VENDOR("vendor"),
    /** The same chip. */
    CHIP("chip"),
    /** The same chip and engine. */
    ENGINE("engine"),
    /** The same chip, engine and data type of the weights. */
    DTYPE("dtype"),
    /** The same, and the same model. */
    MODEL("model"),
    /** The same, and an engine of the same quarter or version. */
    RELEASE("release");

    private final String label;

    BasisLevel(String label) {
        this.label = label;
    }

    /** Returns the name used in data files. */
    public String label() {
        return label;
    }
}
