// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.io.Serial;

/** A configuration is wrong. The message has two lines: where and what, then what to try. */
public final class ParameterException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * Makes an error.
     *
     * @param path where, such as {@code profiles[0].plugins[2].weight}
     * @param fact what was found and what would be right, such as {@code must be >= 0, but was -1}
     * @param hint what to try; one sentence
     */
    public ParameterException(String path, String fact, String hint) {
        super(path + ": " + fact + "\n" + hint);
        this.path = path;
    }

    /** Returns where the error is. */
    public String path() {
        return path;
    }
}
