// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.ComparisonTable;
import dev.pointsman.replay.compare.Figures;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the page of a comparison: one self-contained file that any browser opens from disk, without a network. Equal
 * comparisons make equal pages, to the byte; a page says nothing of when or where it was made.
 *
 * <p>Thread-safe. A page of eight policies is about 150 kB, whatever the length of the trace.
 */
public final class HtmlReport {
    /** The chart library's version, as in the names of its files. */
    static final String CHART_VERSION = "1.6.32";

    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private HtmlReport() {}

    /**
     * Writes the page to a file, in UTF-8; an existing file is replaced.
     *
     * @throws IOException if the file cannot be written
     */
    public static void write(Comparison comparison, Path file) throws IOException {
        Files.writeString(file, format(comparison), UTF_8);
    }

    /** Makes the page. */
    public static String format(Comparison comparison) {
        Palette palette = Palette.of(comparison.rows());
        String chartScript = resource("uPlot-" + CHART_VERSION + ".iife.min.js").strip();
        String script = resource("report.js").strip();
        Comparison.Workload workload = comparison.workload();

        Map<String, String> parts = new HashMap<>();
        parts.put("title", Html.escape(comparison.verdict().headline() + " – " + workload.name()));
        parts.put("script-hashes", hash(chartScript) + " " + hash(script));
        parts.put("chart-css", resource("uPlot-" + CHART_VERSION + ".min.css").strip());
        parts.put("css", resource("report.css").strip());
        parts.put("kicker", kicker(comparison));
        parts.put("headline", Html.escape(comparison.verdict().headline()));
        parts.put("lead", new Html().prose(comparison.verdict().lead()).toString());
        parts.put("reasons", Sections.reasons(comparison.verdict()));
        parts.put("table", Sections.table(comparison));
        parts.put("time-bars", Bars.time(comparison, palette));
        parts.put("hit-bars", Bars.hits(comparison, palette));
        parts.put("load-about", loadAbout(comparison));
        parts.put("load-panels", Bars.endpoints(comparison, palette));
        parts.put("keys", Sections.keys(comparison.rows(), palette));
        parts.put("bound-key", Sections.boundKey(comparison));
        parts.put("interval", interval(comparison));
        parts.put("definitions", Sections.definitions(comparison));
        parts.put("command", command(comparison));
        parts.put("chart-version", CHART_VERSION);
        parts.put(
                "chart-licence",
                Html.escape(resource("uPlot-" + CHART_VERSION + ".LICENSE").strip()));
        parts.put("chart-data", ChartNumbers.json(comparison, palette));
        parts.put("chart-js", chartScript);
        parts.put("js", script);
        return fill(resource("report.html"), parts);
    }

    private static String kicker(Comparison comparison) {
        Comparison.Workload workload = comparison.workload();
        return new Html()
                .markup("<b>")
                .text(workload.name())
                .markup("</b>")
                .text(workload.description().isEmpty() ? "" : ", " + workload.description())
                .markup("<br>")
                .prose(Figures.count(workload.requests()) + " requests, " + Figures.shortCount(workload.promptTokens())
                        + " prompt tokens over " + Figures.span(workload.spanMicros()) + "; "
                        + ComparisonTable.settings(comparison.settings()))
                .toString();
    }

    private static String loadAbout(Comparison comparison) {
        int endpoints = comparison.settings().endpoints();
        int group = Bars.endpointsPerColumn(endpoints);
        String columns = group == 1
                ? "One column for each of the " + endpoints + " endpoints"
                : "One column for every " + group + " of the " + endpoints
                        + " endpoints, as high as the higher of them";
        return Html.escape(
                columns + "; the dashed line is an even share. All panels have the same scale, so that a shorter row"
                        + " of columns is work saved by the cache. A panel is marked where one endpoint has at least twice the"
                        + " mean.");
    }

    private static String interval(Comparison comparison) {
        return Html.escape("; each point is the mean over "
                + Figures.span(comparison.rows().get(0).backlog().intervalMicros()));
    }

    private static String command(Comparison comparison) {
        String command = comparison.command();
        return command == null
                ? ""
                : "<p class=\"note\">The same input gives the same page, to the byte.</p>\n<pre>" + Html.escape(command)
                        + "</pre>";
    }

    /** Puts every part in its place, in one pass: what is put in is not looked at again. */
    private static String fill(String template, Map<String, String> parts) {
        return PLACE.matcher(template).replaceAll(place -> {
            String part = parts.get(place.group(1));
            if (part == null) {
                throw new IllegalStateException("report.html: nothing to put in place of " + place.group() + ".\n"
                        + "Maybe the template and HtmlReport are of two versions.");
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
        try (InputStream stream = HtmlReport.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource " + name + ": is not beside the class HtmlReport.\n"
                        + "Maybe the jar was repackaged without its resources.");
            }
            return new String(stream.readAllBytes(), UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
