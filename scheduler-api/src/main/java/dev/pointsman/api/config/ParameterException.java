// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.io.Serial;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** A configuration is wrong. The message has two lines: where and what, then what to try. */
public final class ParameterException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MOST_NAMES = 60;
    private static final int MOST_SHOWN = 100;

    private final String path;

    /**
     * Makes an error.
     *
     * @param path where, such as {@code profiles[0].plugins[2].weight}; empty for the whole configuration
     * @param fact what was found and what would be right, such as {@code must be >= 0, but was -1}
     * @param hint what to try; one sentence
     */
    public ParameterException(String path, String fact, String hint) {
        super((path.isEmpty() ? "" : oneLine(path) + ": ") + oneLine(fact) + "\n" + oneLine(hint));
        this.path = path;
    }

    /** What was given may have line breaks of its own; a message has two lines. */
    private static String oneLine(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (Character.isISOControl(c)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.toString();
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
        String shown = name.length() > MOST_SHOWN ? name.substring(0, MOST_SHOWN) + "..." : name;
        return new ParameterException(path, "no " + kind + " is called " + shown + ".", maybe + there);
    }

    /** Returns where the error is. */
    public String path() {
        return path;
    }
}
