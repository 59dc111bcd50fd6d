// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.io.Serial;
import java.util.Collection;
import java.util.stream.Collectors;

/** A configuration is wrong. The message has two lines: where and what, then what to try. */
public final class ParameterException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MOST_NAMES = 60;

    private final String path;

    /**
     * Makes an error.
     *
     * @param path where, such as {@code profiles[0].plugins[2].weight}; empty for the whole configuration
     * @param fact what was found and what would be right, such as {@code must be >= 0, but was -1}
     * @param hint what to try; one sentence
     */
    public ParameterException(String path, String fact, String hint) {
        super((path.isEmpty() ? "" : path + ": ") + fact + "\n" + hint);
        this.path = path;
    }

    /**
     * Makes the error for a name that nothing has, and suggests the one that was probably meant.
     *
     * @param path where it stands
     * @param kind what was named, such as {@code plugin type}
     * @param name the name given
     * @param known the names that there are
     */
    public static ParameterException unknown(String path, String kind, String name, Collection<String> known) {
        String nearest = Spelling.nearest(name, known);
        String maybe = nearest == null ? "Maybe remove it; " : "Maybe " + nearest + " was meant; ";
        String names = known.stream().sorted().limit(MOST_NAMES).collect(Collectors.joining(", "));
        String there = known.isEmpty()
                ? "there are none here."
                : known.size() > MOST_NAMES
                        ? "some of the " + known.size() + " that there are: " + names + "."
                        : "there are: " + names + ".";
        return new ParameterException(path, "no " + kind + " is called " + name + ".", maybe + there);
    }

    /** Returns where the error is. */
    public String path() {
        return path;
    }
}
