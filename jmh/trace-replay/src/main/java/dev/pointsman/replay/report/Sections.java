// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.Figures;
import dev.pointsman.replay.compare.Figures.Unit;
import dev.pointsman.replay.compare.PolicyRow;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Reference;
import dev.pointsman.replay.compare.TtftDistribution;
import dev.pointsman.replay.compare.Verdict;
import dev.pointsman.replay.stats.Quantile;
import java.util.List;
import java.util.Locale;

/** The parts of the page that are text: the table, the legends, the list of reasons. */
final class Sections {
    private Sections() {}

    static String reasons(Verdict verdict) {
        Html html = new Html();
        for (String reason : verdict.reasons()) {
            html.markup("<li>").prose(reason).markup("</li>\n");
        }
        return html.toString();
    }

    static String table(Comparison comparison) {
        List<PolicyRow> rows = comparison.rows();
        Unit unit = Unit.forMean(rows.get(0).ttft().meanMicros());
        boolean refusals = rows.stream().anyMatch(row -> row.rejected() > 0);
        Html html = new Html();
        html.markup("<table>\n<thead>\n<tr class=\"groups\"><th></th><th></th><th colspan=\"4\">Time to first token, ")
                .markup(unit.symbol())
                .markup("</th><th></th><th></th>" + (refusals ? "<th></th>" : "") + "</tr>\n")
                .markup("<tr><th scope=\"col\">Policy</th><th scope=\"col\">Hit ratio</th><th scope=\"col\">mean</th>")
                .markup("<th scope=\"col\">p50</th><th scope=\"col\">p90</th><th scope=\"col\">p99</th>")
                .markup("<th scope=\"col\">Waiting,<br>of mean</th><th scope=\"col\">Busiest<br>÷ mean</th>")
                .markup(refusals ? "<th scope=\"col\">Refused</th>" : "")
                .markup("</tr>\n</thead>\n<tbody>\n");
        for (Reference reference : comparison.references()) {
            reference(html, reference, unit, refusals);
        }
        double mostHits = rows.stream().mapToDouble(PolicyRow::hitRatio).max().orElse(0);
        for (PolicyRow row : rows) {
            policy(html, row, comparison.verdict(), unit, mostHits, refusals);
        }
        return html.markup("</tbody>\n</table>").toString();
    }

    private static void reference(Html html, Reference reference, Unit unit, boolean refusals) {
        html.markup("<tr class=\"reference\"><th scope=\"row\">")
                .text(reference.name())
                .markup("<span class=\"tag\">oracle</span></th>");
        cell(html, "", Figures.ratio(reference.hitRatio()));
        cell(html, "", unit.format(reference.meanTtftMicros()));
        TtftDistribution ttft = reference.ttft();
        for (Quantile q : List.of(Quantile.P50, Quantile.P90, Quantile.P99)) {
            cell(html, "", ttft == null ? "–" : unit.quantile(ttft, q));
        }
        cell(html, "", "–");
        cell(html, "", "–");
        if (refusals) {
            cell(html, "", "–");
        }
        html.markup("</tr>\n");
    }

    private static void policy(
            Html html, PolicyRow row, Verdict verdict, Unit unit, double mostHits, boolean refusals) {
        boolean leads = verdict.byMean().leads(row.policy());
        TtftDistribution ttft = row.ttft();
        html.markup(leads ? "<tr class=\"best\"><th scope=\"row\">" : "<tr><th scope=\"row\">")
                .name(row.policy())
                .markup(row.role() == Role.FLOOR ? "<span class=\"tag\">floor</span>" : "")
                .markup(leads ? tag(verdict) : "")
                .markup("</th>");
        cell(html, mostHits > 0 && row.hitRatio() == mostHits ? "best" : "", Figures.ratio(row.hitRatio()));
        cell(html, leads ? "best" : "", unit.format(ttft.meanMicros()));
        cell(html, "", unit.quantile(ttft, Quantile.P50));
        cell(html, "", unit.quantile(ttft, Quantile.P90));
        cell(html, verdict.byP99().leads(row.policy()) ? "best" : "", unit.quantile(ttft, Quantile.P99));
        cell(html, "", Figures.wholePercent(row.waitingShare()));
        cell(html, row.outOfBalance() ? "bad" : "", Figures.multiple(row.busiestOverMean()));
        if (refusals) {
            cell(html, row.rejected() > 0 ? "bad" : "", Figures.count(row.rejected()));
        }
        html.markup("</tr>\n");
    }

    private static String tag(Verdict verdict) {
        return verdict.byMean().clear()
                ? "<span class=\"tag first\">first</span>"
                : "<span class=\"tag first\">level</span>";
    }

    private static void cell(Html html, String style, String text) {
        html.markup(style.isEmpty() ? "<td>" : "<td class=\"" + style + "\">")
                .text(text)
                .markup("</td>");
    }

    /** One key for each policy; the script makes it a switch. */
    static String keys(List<PolicyRow> rows, Palette palette) {
        Html html = new Html();
        for (int i = 0; i < rows.size(); i++) {
            List<String> dash = palette.dash(i).stream().map(String::valueOf).toList();
            html.markup("<button class=\"key\" type=\"button\" aria-pressed=\"true\" data-policy=\"" + i + "\">")
                    .markup(
                            "<svg width=\"26\" height=\"8\" aria-hidden=\"true\"><line x1=\"0\" x2=\"26\" y1=\"4\" y2=\"4\"")
                    .markup(" style=\"stroke:var(" + palette.colour(i) + ")\" stroke-width=\"" + (i == 0 ? 4 : 2.5)
                            + "\"")
                    .markup(dash.isEmpty() ? "" : " stroke-dasharray=\"" + String.join(" ", dash) + "\"")
                    .markup("></line></svg><span>")
                    .name(rows.get(i).policy())
                    .markup("</span><output></output></button>\n");
        }
        return html.toString();
    }

    /** The key of the oracle's curve, if it has one; no switch. */
    static String boundKey(Comparison comparison) {
        Html html = new Html();
        comparison.references().stream()
                .filter(reference -> reference.ttft() != null)
                .findFirst()
                .ifPresent(reference -> html.markup("<span class=\"key still\"><svg width=\"26\" height=\"8\"")
                        .markup(" aria-hidden=\"true\"><line x1=\"0\" x2=\"26\" y1=\"4\" y2=\"4\" stroke-width=\"1.5\"")
                        .markup(" style=\"stroke:var(--oracle)\"></line></svg><span>")
                        .text(reference.name() + ", no queue")
                        .markup("</span></span>\n"));
        return html.toString();
    }

    static String definitions(Comparison comparison) {
        Html html = new Html();
        define(
                html,
                "Hit ratio",
                "Prompt tokens found in an endpoint’s cache, over all prompt tokens of the run: token-weighted, blocks of "
                        + comparison.workload().blockTokens() + " tokens, leading run only.");
        define(
                html,
                "Time to first token",
                "From arrival at the router to the first token: queue and computing of the prompt. Quantiles are by"
                        + " nearest rank.");
        define(
                html,
                "Busiest ÷ mean",
                "Uncached prompt tokens of the endpoint that had most of them, over the mean of all endpoints: 1 is even,"
                        + " " + comparison.settings().endpoints() + " is one endpoint doing everything.");
        define(
                html,
                "Level",
                "Two policies are called level if zero lies in the 95 % interval of their paired difference, by a block"
                        + " bootstrap over " + Verdict.STRETCHES
                        + " consecutive stretches of the trace. It says whether other traffic of the same"
                        + " kind might turn the order round; it knows nothing of traffic of another kind.");
        for (Reference reference : comparison.references()) {
            define(html, "Oracle: " + reference.name(), sentence(reference.meaning()));
        }
        define(
                html,
                "Floor",
                "A policy that looks at neither cache nor load. A policy that does not beat it is not worth its trouble.");
        define(
                html,
                "What this leaves out",
                "Each endpoint is one queue that serves whole prompts in order of arrival. There is no batching and no"
                        + " decoding in it, so that compare policies by these times, but do not expect them of a server.");
        return html.toString();
    }

    private static String sentence(String phrase) {
        return phrase.substring(0, 1).toUpperCase(Locale.ROOT) + phrase.substring(1) + ".";
    }

    private static void define(Html html, String word, String meaning) {
        html.markup("<dt>").text(word).markup("</dt><dd>").text(meaning).markup("</dd>\n");
    }
}
