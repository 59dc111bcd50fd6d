// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.Infeasible;
import dev.pointsman.replay.plan.PlanText;
import dev.pointsman.replay.plan.PlannedFleet;
import dev.pointsman.replay.plan.Verification;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes the page of a plan: the fleet, what it beat, what binds, what would change it, and cost over load. One self-contained file;
 * equal plans make equal pages, to the byte. Thread-safe.
 */
public final class PlanPage {
    private static final Series SERIES = Series.of(List.of("cheapest", "aggregated only", "disaggregated only"));

    private PlanPage() {}

    /**
     * Writes the page to a file, in UTF-8; an existing file is replaced.
     *
     * @param planned the plan
     * @param verified what a replay said of it, or null if none was asked
     * @param command the command that makes the page again
     * @throws IOException if the file cannot be written
     */
    public static void write(PlannedFleet planned, @Nullable Verification verified, String command, Path file)
            throws IOException {
        Files.writeString(file, format(planned, verified, command), UTF_8);
    }

    /** Makes the page. */
    public static String format(PlannedFleet planned, @Nullable Verification verified, String command) {
        String headline = planned.outcome() instanceof FleetPlan plan ? plan.toString() : "No fleet meets the targets";
        return new Page("plan.html", "plan.js")
                .part("title", Html.escape(headline))
                .part("kicker", new Html().prose(PlanText.subject(planned)).toString())
                .part("headline", Html.escape(headline))
                .part("lead", new Html().prose(lead(planned, verified)).toString())
                .part("keys", SERIES.keys())
                .part("pools", pools(planned))
                .part("sections", sections(planned))
                .part("definitions", definitions(planned))
                .command(command)
                .part("chart-data", data(planned))
                .format();
    }

    private static String lead(PlannedFleet planned, @Nullable Verification verified) {
        String lead = PlanText.headline(planned) + ".";
        return verified == null ? lead : lead + " Replayed: " + PlanText.verdict(verified) + ".";
    }

    private static String pools(PlannedFleet planned) {
        Html html = new Html();
        html.markup("<table>\n<thead><tr><th scope=\"col\">Pool</th><th scope=\"col\">Replicas</th>")
                .markup("<th scope=\"col\">Chips</th><th scope=\"col\">$ / h</th><th scope=\"col\">One replica</th>")
                .markup("</tr></thead>\n<tbody>\n");
        if (planned.outcome() instanceof FleetPlan plan) {
            for (FleetPlan.Pool pool : plan.replicas()) {
                html.markup("<tr><th scope=\"row\">").name(pool.option().id()).markup("</th><td>");
                html.prose(String.valueOf(pool.count())).markup("</td><td>");
                html.prose(String.valueOf(pool.count() * pool.option().chips())).markup("</td><td>");
                html.prose(String.format(
                                Locale.ROOT,
                                "%.2f",
                                pool.count() * pool.option().dollarsPerHour()))
                        .markup("</td><td class=\"basis\">");
                html.prose(PlanText.capacities(planned, pool.option())).markup("</td></tr>\n");
            }
        }
        return html.markup("</tbody>\n</table>\n").toString();
    }

    private static String sections(PlannedFleet planned) {
        Html html = new Html();
        if (planned.outcome() instanceof FleetPlan) {
            list(
                    html,
                    planned.cache() == null ? "What it beat" : "What it beat, with the same hits",
                    PlanText.alternatives(planned));
            list(html, "What binds", PlanText.bindings(planned));
            list(html, "What would change the answer", PlanText.flips(planned));
        } else if (planned.outcome() instanceof Infeasible infeasible) {
            list(html, "Why there is no plan", infeasible.details());
        }
        list(html, "Left out", PlanText.leftOut(planned));
        return html.toString();
    }

    private static void list(Html html, String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        html.markup("<section>\n<h2>").text(title).markup("</h2>\n<div class=\"card\"><ul>\n");
        for (String line : lines) {
            html.markup("<li>").prose(line).markup("</li>\n");
        }
        html.markup("</ul></div>\n</section>\n\n");
    }

    private static String definitions(PlannedFleet planned) {
        Html html = new Html();
        planned.classes()
                .forEach(one -> html.markup("<dt>")
                        .text("Traffic")
                        .markup("</dt><dd>")
                        .prose(one.toString())
                        .markup("</dd>\n"));
        if (planned.cache() != null) {
            html.markup("<dt>Cache</dt><dd>").prose(planned.cache().toString()).markup("</dd>\n");
        }
        html.markup("<dt>Aggregated</dt><dd>")
                .text("Replicas that read prompts and decode; whether to separate the two is decided, not assumed.")
                .markup("</dd>\n<dt>Headroom</dt><dd>")
                .text(
                        "Each replica gets only so much that its queue meets TTFT, and its batch TPOT and memory, at random"
                                + " arrivals.")
                .markup("</dd>\n");
        return html.toString();
    }

    private static String data(PlannedFleet planned) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = ChartNumbers.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            SERIES.write(json);
            double rate = planned.problem().classes().stream()
                    .mapToDouble(one -> one.requestsPerSecond())
                    .sum();
            json.writeArrayFieldStart("rates");
            for (PlannedFleet.Point point : planned.curve()) {
                json.writeNumber(String.format(Locale.ROOT, "%.4g", point.load() * rate));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("dollars");
            column(planned, PlannedFleet.Point::best, json);
            column(planned, PlannedFleet.Point::aggregated, json);
            column(planned, PlannedFleet.Point::apart, json);
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void column(PlannedFleet planned, ToDoubleFunction<PlannedFleet.Point> value, JsonGenerator json)
            throws IOException {
        json.writeStartArray();
        for (PlannedFleet.Point point : planned.curve()) {
            double dollars = value.applyAsDouble(point);
            if (Double.isNaN(dollars)) {
                json.writeNull();
            } else {
                json.writeNumber(String.format(Locale.ROOT, "%.5g", dollars));
            }
        }
        json.writeEndArray();
    }
}
