// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pointsman.core.config.ConfigurationException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/** Puts what the parsers say of broken text into our form, with the place where it broke. */
final class Unreadable {
    private static final int MOST_SAID = 300;

    private Unreadable() {}

    static ConfigurationException of(String file, String text, String form, JsonProcessingException e) {
        if (e.getCause() instanceof ReaderException bad) {
            return badCharacter(file, text, bad, e);
        }
        Mark mark = e.getCause() instanceof MarkedYAMLException marked ? marked.getProblemMark() : null;
        JsonLocation at = e.getLocation();
        int line = mark != null ? mark.getLine() + 1 : at == null ? 0 : Math.max(0, at.getLineNr());
        int column = mark != null ? mark.getColumn() + 1 : at == null ? 0 : Math.max(0, at.getColumnNr());
        String said = said(e);
        boolean twice = said.startsWith("Duplicate");
        String hint = twice
                ? "Maybe remove one of the two."
                : said.contains("(TAB)")
                        ? "Maybe indent with spaces; YAML allows no tabs there."
                        : "Maybe the indentation, a bracket or a quote before it is wrong.";
        String fact = (twice ? "gives a name twice: " : "is not " + form + ": ") + said + ".";
        return new ConfigurationException(file, line, column, "", fact, hint, e);
    }

    private static String said(JsonProcessingException e) {
        @Nullable String said = e.getCause() instanceof MarkedYAMLException marked ? marked.getProblem() : null;
        String plain = String.valueOf(said != null ? said : e.getOriginalMessage())
                .replaceAll("\\s+", " ")
                .strip();
        return plain.length() > MOST_SAID ? plain.substring(0, MOST_SAID) + "..." : plain;
    }

    private static ConfigurationException badCharacter(
            String file, String text, ReaderException bad, JsonProcessingException e) {
        // A lone surrogate has a code point that is found at its place all the same.
        int end = Math.max(
                0,
                Math.min(
                        text.length(),
                        text.offsetByCodePoints(
                                0, Math.min(bad.getPosition(), text.codePointCount(0, text.length())))));
        String before = text.substring(0, end);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new ConfigurationException(
                file,
                line,
                end - before.lastIndexOf('\n'),
                "",
                String.format(Locale.ROOT, "has the character U+%04X, which no text has.", bad.getCodePoint()),
                "Maybe it is no text, or was saved in another encoding.",
                e);
    }
}
