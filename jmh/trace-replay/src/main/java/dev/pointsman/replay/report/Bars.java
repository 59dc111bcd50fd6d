// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.Figures;
import dev.pointsman.replay.compare.PolicyRow;
import dev.pointsman.replay.compare.PolicyRow.EndpointLoad;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.compare.Reference;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** The bars of the page, in plain HTML: nothing here needs a script. */
final class Bars {
    /** Bars beyond this many times the shortest mean, or the largest even share, are cut off to leave room for others. */
    private static final double CUT_BEYOND = 6;
    /** More columns than this cannot be seen in one panel; neighbours are then shown as one, by the larger. */
    private static final int MOST_COLUMNS = 64;

    private Bars() {}

    /** Mean time to first token, waiting and computing apart, with the bound that no policy can go below. */
    static String time(Comparison comparison, Palette palette) {
        List<PolicyRow> rows = comparison.rows();
        double shortest =
                rows.stream().mapToDouble(row -> row.ttft().meanMicros()).min().orElse(0);
        double longest = rows.stream()
                .mapToDouble(row -> row.ttft().meanMicros())
                .filter(mean -> mean <= CUT_BEYOND * shortest)
                .max()
                .orElse(shortest);
        boolean cuts = rows.stream().anyMatch(row -> row.ttft().meanMicros() > CUT_BEYOND * shortest);
        double full = Math.max(1, cuts ? longest * 1.35 : longest);
        Optional<Reference> bound =
                comparison.references().stream().min(Comparator.comparingDouble(Reference::meanTtftMicros));

        Html html = new Html();
        html.markup("<div class=\"marks\"><span><i class=\"box\"></i>waiting in a queue</span>")
                .markup("<span><i class=\"box light\"></i>computing the prompt</span>");
        bound.ifPresent(reference ->
                mark(html, "", reference.name() + ", no queue: " + Figures.time(reference.meanTtftMicros())));
        html.markup("</div>\n<div class=\"bars\">\n");
        for (int i = 0; i < rows.size(); i++) {
            PolicyRow row = rows.get(i);
            double mean = row.ttft().meanMicros();
            boolean cut = mean > CUT_BEYOND * shortest;
            double shown = cut ? 100 : 100 * mean / full;
            name(html, row);
            html.markup("<div class=\"track\" style=\"--c:var(" + palette.colour(i) + ")\">");
            bar(html, "", 0, shown * row.waitingShare());
            bar(html, "light", shown * row.waitingShare(), shown * (1 - row.waitingShare()));
            html.markup(cut ? "<span class=\"cut\"></span>" : "");
            bound.ifPresent(reference -> line(html, "", 100 * reference.meanTtftMicros() / full));
            html.markup("</div><div class=\"value\">")
                    .prose(Figures.time(mean))
                    .markup(" <small>")
                    .prose(Figures.wholePercent(row.waitingShare()) + " waiting")
                    .markup("</small></div>\n");
        }
        html.markup("</div>");
        if (cuts) {
            html.markup("\n<p class=\"note\">A bar with a gap is cut off: it would be more than ")
                    .markup(String.valueOf((int) CUT_BEYOND))
                    .markup(" times as long as the shortest.</p>");
        }
        return html.toString();
    }

    /** Hit ratios against the oracles and the best floor. */
    static String hits(Comparison comparison, Palette palette) {
        List<PolicyRow> rows = comparison.rows();
        double most = rows.stream().mapToDouble(PolicyRow::hitRatio).max().orElse(0);
        double bound = comparison.references().stream()
                .mapToDouble(Reference::hitRatio)
                .max()
                .orElse(0);
        double full = Math.max(1e-9, Math.max(most, bound) * 1.04);
        Optional<PolicyRow> floor = rows.stream()
                .filter(row -> row.role() == Role.FLOOR)
                .max(Comparator.comparingDouble(PolicyRow::hitRatio));

        Html html = new Html();
        html.markup("<div class=\"marks\">");
        for (Reference reference : comparison.references()) {
            mark(html, "", reference.name() + ": " + Figures.percent(reference.hitRatio()));
        }
        floor.ifPresent(row -> mark(html, "dashed", "best floor: " + Figures.percent(row.hitRatio())));
        html.markup("</div>\n<div class=\"bars\">\n");
        for (int i = 0; i < rows.size(); i++) {
            PolicyRow row = rows.get(i);
            name(html, row);
            html.markup("<div class=\"track\" style=\"--c:var(" + palette.colour(i) + ")\">");
            bar(html, "", 0, 100 * row.hitRatio() / full);
            for (Reference reference : comparison.references()) {
                line(html, "", 100 * reference.hitRatio() / full);
            }
            floor.ifPresent(f -> line(html, "dashed", 100 * f.hitRatio() / full));
            html.markup("</div><div class=\"value\">")
                    .text(Figures.percent(row.hitRatio()))
                    .markup("</div>\n");
        }
        return html.markup("</div>").toString();
    }

    /** What each endpoint was given, a panel for each policy, all on one scale. */
    static String endpoints(Comparison comparison, Palette palette) {
        List<PolicyRow> rows = comparison.rows();
        double fullTokens = full(rows, EndpointLoad::uncachedTokens);
        double fullRequests = full(rows, EndpointLoad::requests);
        Html html = new Html().markup("<div class=\"panels\">\n");
        for (int i = 0; i < rows.size(); i++) {
            PolicyRow row = rows.get(i);
            boolean hot = row.outOfBalance();
            html.markup("<div class=\"panel" + (hot ? " hot" : "") + "\" style=\"--c:var(" + palette.colour(i) + ")\">")
                    .markup("<h3>")
                    .name(row.policy())
                    .markup("</h3>\n<p>busiest endpoint <b>")
                    .text(Figures.multiple(row.busiestOverMean()) + "×")
                    .markup("</b> the mean</p>\n");
            columns(html, row, EndpointLoad::uncachedTokens, fullTokens, "", "uncached tokens");
            html.markup("<div class=\"axis\"><span>uncached tokens</span><span>max ")
                    .text(Figures.shortCount(most(List.of(row), EndpointLoad::uncachedTokens)))
                    .markup("</span></div>\n");
            columns(html, row, EndpointLoad::requests, fullRequests, " small", "requests");
            html.markup("<div class=\"axis\"><span>requests</span><span>max ")
                    .text(Figures.count(most(List.of(row), EndpointLoad::requests)))
                    .markup("</span></div>\n</div>\n");
        }
        html.markup("</div>");
        if (most(rows, EndpointLoad::uncachedTokens) > fullTokens
                || most(rows, EndpointLoad::requests) > fullRequests) {
            html.markup("\n<p class=\"note\">A column with a gap is cut off: it would be more than ")
                    .markup(String.valueOf((int) CUT_BEYOND))
                    .markup(" times as high as the largest even share.</p>");
        }
        return html.toString();
    }

    /** The load that fills a panel: the largest there is, unless that would make an even share too low to see. */
    private static double full(List<PolicyRow> rows, ToLongFunction<EndpointLoad> load) {
        double largestShare = rows.stream()
                .mapToDouble(row ->
                        row.endpoints().stream().mapToLong(load).average().orElse(0))
                .max()
                .orElse(0);
        return Math.max(1, Math.min((double) most(rows, load), CUT_BEYOND * largestShare));
    }

    private static void columns(
            Html html, PolicyRow row, ToLongFunction<EndpointLoad> load, double full, String style, String what) {
        List<EndpointLoad> endpoints = row.endpoints();
        int group = endpointsPerColumn(endpoints.size());
        html.markup("<div class=\"columns" + style + "\" role=\"img\" aria-label=\"" + what + " of " + endpoints.size()
                + " endpoints\">");
        long sum = 0;
        for (int from = 0; from < endpoints.size(); from += group) {
            long most = 0;
            for (EndpointLoad endpoint : endpoints.subList(from, Math.min(endpoints.size(), from + group))) {
                most = Math.max(most, load.applyAsLong(endpoint));
                sum += load.applyAsLong(endpoint);
            }
            html.markup("<i" + (most > full ? " class=\"over\"" : "") + " title=\"endpoint " + from
                            + (group > 1 ? " and after" : "") + ": ")
                    .text(Figures.count(most) + " " + what)
                    .markup("\" style=\"height:")
                    .number(Math.min(100, 100 * most / full))
                    .markup("%\"></i>");
        }
        html.markup("<u style=\"bottom:")
                .number(100.0 * sum / endpoints.size() / full)
                .markup("%\"></u></div>");
    }

    /** How many neighbouring endpoints share a column. */
    static int endpointsPerColumn(int endpoints) {
        return (endpoints + MOST_COLUMNS - 1) / MOST_COLUMNS;
    }

    private static long most(List<PolicyRow> rows, ToLongFunction<EndpointLoad> load) {
        return rows.stream()
                .flatMap(row -> row.endpoints().stream())
                .mapToLong(load)
                .max()
                .orElse(0);
    }

    private static void name(Html html, PolicyRow row) {
        html.markup("<div class=\"name\">")
                .name(row.policy())
                .markup(row.role() == Role.FLOOR ? "<span class=\"tag\">floor</span>" : "")
                .markup("</div>");
    }

    private static void mark(Html html, String style, String text) {
        html.markup("<span><i class=\"" + style + "\"></i>").prose(text).markup("</span>");
    }

    private static void bar(Html html, String style, double left, double width) {
        html.markup("<i class=\"" + style + "\" style=\"left:")
                .number(left)
                .markup("%;width:")
                .number(width)
                .markup("%\"></i>");
    }

    private static void line(Html html, String style, double left) {
        html.markup("<b class=\"" + style + "\" style=\"left:").number(left).markup("%\"></b>");
    }
}
