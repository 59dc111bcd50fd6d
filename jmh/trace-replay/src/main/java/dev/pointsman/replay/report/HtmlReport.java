// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.ComparisonTable;
import dev.pointsman.replay.compare.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the page of a comparison: one self-contained file that any browser opens from disk, without a network. Equal
 * comparisons make equal pages, to the byte; a page says nothing of when or where it was made.
 *
 * <p>Thread-safe. A page of eight policies is about 150 kB, whatever the length of the trace.
 */
public final class HtmlReport {
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
        Comparison.Workload workload = comparison.workload();
        return new Page("report.html", "report.js")
                .part("title", Html.escape(comparison.verdict().headline() + " – " + workload.name()))
                .part("kicker", kicker(comparison))
                .part("headline", Html.escape(comparison.verdict().headline()))
                .part("lead", new Html().prose(comparison.verdict().lead()).toString())
                .part("reasons", Sections.reasons(comparison.verdict()))
                .part("table", Sections.table(comparison))
                .part("time-bars", Bars.time(comparison, palette))
                .part("hit-bars", Bars.hits(comparison, palette))
                .part("load-about", loadAbout(comparison))
                .part("load-panels", Bars.endpoints(comparison, palette))
                .part("keys", Sections.keys(comparison.rows(), palette))
                .part("bound-key", Sections.boundKey(comparison))
                .part("interval", interval(comparison))
                .part("definitions", Sections.definitions(comparison))
                .command(comparison.command())
                .part("chart-data", ChartNumbers.json(comparison, palette))
                .format();
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
}
