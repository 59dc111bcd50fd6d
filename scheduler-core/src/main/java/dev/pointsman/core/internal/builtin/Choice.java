// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import dev.pointsman.api.config.Parameters;

/** Reads parameters that say one word or another. */
public final class Choice {
    private Choice() {}

    /**
     * Tells whether a parameter of two values has the second; the first is its default.
     *
     * @throws dev.pointsman.api.config.ParameterException if it has neither
     */
    public static boolean second(Parameters parameters, String name, String first, String second) {
        String value = parameters.string(name, first);
        if (!value.equals(first) && !value.equals(second)) {
            throw parameters.error(
                    name, "must be " + first + " or " + second, "Maybe leave it out; " + first + " is used then.");
        }
        return value.equals(second);
    }
}
