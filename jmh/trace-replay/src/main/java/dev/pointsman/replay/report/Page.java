// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A self-contained page under construction: a template with places, the style sheet, the chart library and a script of its own, all
 * in one file that loads nothing. Not thread-safe.
 */
final class Page {
    /** The chart library's version, as in the names of its files. */
    static final String CHART_VERSION = "1.6.32";

    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private final String template;
    private final Map<String, String> parts = new HashMap<>();

    /**
     * Starts a page.
     *
     * @param template the template's name
     * @param script the name of the page's own script
     */
    Page(String template, String script) {
        this.template = template;
        String chartScript = resource("uPlot-" + CHART_VERSION + ".iife.min.js").strip();
        String own = resource(script).strip();
        part("script-hashes", hash(chartScript) + " " + hash(own));
        part("chart-css", resource("uPlot-" + CHART_VERSION + ".min.css").strip());
        part("css", resource("report.css").strip());
        part("chart-version", CHART_VERSION);
        part(
                "chart-licence",
                Html.escape(resource("uPlot-" + CHART_VERSION + ".LICENSE").strip()));
        part("chart-js", chartScript);
        part("js", own);
    }

    /** Sets what goes in a place; HTML, so that text must have been escaped. */
    Page part(String place, String html) {
        parts.put(place, html);
        return this;
    }

    /** Sets the command that makes the page again, if there is one. */
    Page command(@Nullable String command) {
        return part(
                "command",
                command == null
                        ? ""
                        : "<p class=\"note\">The same input gives the same page, to the byte.</p>\n<pre>"
                                + Html.escape(command) + "</pre>");
    }

    /** Puts every part in its place, in one pass: what is put in is not looked at again. */
    String format() {
        return PLACE.matcher(resource(template)).replaceAll(place -> {
            String part = parts.get(place.group(1));
            if (part == null) {
                throw new IllegalStateException(template + ": nothing to put in place of " + place.group() + ".\n"
                        + "Maybe the template and its class are of two versions.");
            }
            return Matcher.quoteReplacement(part);
        });
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "sha-256: every Java runtime must have it, but this one has not.\n"
                            + "Maybe its security providers were removed.",
                    e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = Page.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource " + name + ": is not beside the class Page.\n"
                        + "Maybe the jar was repackaged without its resources.");
            }
            return new String(stream.readAllBytes(), UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
