// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

import java.io.Serial;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A configuration is wrong. The message has two lines: the place ({@code file:line:column: path}) and what is wrong there,
 * then what to try.
 */
public final class ConfigurationException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MOST_PATH = 300;
    private static final int MOST_FACT = 2_000;

    private final String file;
    private final int line;
    private final int column;
    private final String path;

    /**
     * Makes an error.
     *
     * @param file what the configuration is called
     * @param line from 1, or 0 if unknown
     * @param column from 1, or 0 if unknown
     * @param path where, such as {@code schedulingProfiles[0].plugins[2].weight}; empty for the whole configuration
     * @param fact what was found and what would be right
     * @param hint what to try; one sentence
     * @param cause what found it, or null
     */
    public ConfigurationException(
            String file, int line, int column, String path, String fact, String hint, @Nullable Throwable cause) {
        super(
                file + place(line, column) + ": " + (path.isEmpty() ? "" : line(path, MOST_PATH) + ": ")
                        + line(fact, MOST_FACT) + "\n" + line(hint, MOST_FACT),
                cause);
        this.file = file;
        this.line = line;
        this.column = column;
        this.path = path;
    }

    /** What a file holds may be long and have line breaks of its own; a message has two lines of a bounded length. */
    private static String line(String text, int most) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && line.length() < most; i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\uFEFF') {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.length() < most ? line.toString() : line.append("...").toString();
    }

    private static String place(int line, int column) {
        return line <= 0 ? "" : column <= 0 ? ":" + line : ":" + line + ":" + column;
    }

    /** Returns what the configuration is called, such as its file's name. */
    public String file() {
        return file;
    }

    /** Returns the line, from 1, or 0 if it is not known. */
    public int line() {
        return line;
    }

    /** Returns the column, from 1, or 0 if it is not known. */
    public int column() {
        return column;
    }

    /** Returns where the error is; empty for the whole configuration. */
    public String path() {
        return path;
    }
}
