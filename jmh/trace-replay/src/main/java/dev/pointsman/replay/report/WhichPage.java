// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.replay.compare.Figures;
import dev.pointsman.replay.which.Offer;
import dev.pointsman.replay.which.Survey;
import dev.pointsman.replay.which.SurveyTable;
import dev.pointsman.replay.which.Traffic;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Makes the page of a survey of chips: time and price over the length of prompts, and for each kind of traffic every chip with its
 * band and what it rests on. One self-contained file; equal surveys make equal pages, to the byte. Thread-safe.
 */
public final class WhichPage {
    private static final int LENGTHS = 33;

    private WhichPage() {}

    /**
     * Writes the page to a file, in UTF-8; an existing file is replaced.
     *
     * @param survey the chips
     * @param traffics kinds of traffic, at least one
     * @param command the command that makes the page again
     * @throws IOException if the file cannot be written
     */
    public static void write(Survey survey, List<Traffic> traffics, String command, Path file) throws IOException {
        Files.writeString(file, format(survey, traffics, command), UTF_8);
    }

    /** Makes the page. */
    public static String format(Survey survey, List<Traffic> traffics, String command) {
        Traffic first = traffics.get(0);
        List<Offer> offers = survey.offers(first);
        String headline = headline(offers);
        return new Page("which.html", "which.js")
                .part(
                        "title",
                        Html.escape(headline + " – " + survey.terms().model().id()))
                .part("kicker", new Html().prose(SurveyTable.subject(survey)).toString())
                .part("headline", Html.escape(headline))
                .part(
                        "lead",
                        new Html()
                                .prose("For " + SurveyTable.title(first) + ": " + SurveyTable.verdict(offers)
                                        + ". Every figure is predicted; the bands say how well.")
                                .toString())
                .part("charts", charts(survey, traffics))
                .part("cases", cases(survey, traffics))
                .part("definitions", definitions(survey, offers))
                .command(command)
                .part("chart-data", data(survey, traffics))
                .format();
    }

    private static String headline(List<Offer> offers) {
        Offer fastest = Survey.fastest(offers);
        String name = fastest.name() + " is fastest";
        Optional<Offer> cheapest = Survey.cheapest(offers);
        if (cheapest.isEmpty()) {
            return name;
        }
        return cheapest.get().equals(fastest)
                ? name + " and cheapest"
                : name + ", " + cheapest.get().name() + " cheapest";
    }

    // ---- the charts

    private static String charts(Survey survey, List<Traffic> traffics) {
        Html html = new Html();
        String keys = series(survey, traffics).keys();
        List<Double> shares = shares(traffics);
        for (int i = 0; i < shares.size(); i++) {
            String cached = Figures.wholePercent(shares.get(i)) + " cached";
            chart(
                    html,
                    "ttft-",
                    i,
                    "Time to first token, " + cached,
                    "An idle replica, by the length of the prompt. Lower is faster; both axes are logarithmic.",
                    keys);
            chart(
                    html,
                    "usd-",
                    i,
                    "Dollars for a million tokens, " + cached,
                    "Prompts and answers together, in the largest batch that keeps the limit of TPOT. Chips without a price of"
                            + " the kind asked for are not drawn.",
                    keys);
        }
        return html.toString();
    }

    private static void chart(Html html, String id, int panel, String title, String about, String keys) {
        html.markup("<section>\n<h2>")
                .prose(title)
                .markup("</h2>\n<p class=\"about\">")
                .text(about)
                .markup("</p>\n<div class=\"card\">\n<div class=\"keys\" id=\"" + id + "keys-" + panel + "\">\n")
                .markup(keys)
                .markup("<output class=\"at\"></output></div>\n<div class=\"chart\" id=\"" + id + panel + "\"></div>\n")
                .markup(
                        "<noscript><p>The curves need scripts; the figures are also in the tables below.</p></noscript>\n")
                .markup("</div>\n</section>\n\n");
    }

    private static Series series(Survey survey, List<Traffic> traffics) {
        return Series.of(
                survey.offers(traffics.get(0)).stream().map(Offer::name).toList());
    }

    private static List<Double> shares(List<Traffic> traffics) {
        return traffics.stream().map(Traffic::cachedShare).distinct().toList();
    }

    private static List<Long> lengths(List<Traffic> traffics) {
        long least = traffics.stream().mapToLong(Traffic::promptTokens).min().orElse(1);
        long most = traffics.stream().mapToLong(Traffic::promptTokens).max().orElse(1);
        if (least == most) {
            least = Math.max(1, most / 8);
        }
        List<Long> lengths = new ArrayList<>();
        for (int i = 0; i < LENGTHS; i++) {
            long length = Math.round(least * Math.pow((double) most / least, i / (LENGTHS - 1.0)));
            if (lengths.isEmpty() || length > lengths.get(lengths.size() - 1)) {
                lengths.add(length);
            }
        }
        return lengths;
    }

    private static String data(Survey survey, List<Traffic> traffics) {
        List<Long> lengths = lengths(traffics);
        Series series = series(survey, traffics);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = ChartNumbers.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            series.write(json);
            json.writeArrayFieldStart("lengths");
            for (long length : lengths) {
                json.writeNumber(length);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("panels");
            for (double share : shares(traffics)) {
                panel(
                        survey,
                        lengths,
                        share,
                        traffics.get(0).outputTokens(),
                        series.names().size(),
                        json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void panel(
            Survey survey, List<Long> lengths, double share, long outputTokens, int chips, JsonGenerator json)
            throws IOException {
        List<List<Offer>> byLength = lengths.stream()
                .map(length -> survey.offers(new Traffic(length, share, outputTokens)))
                .toList();
        json.writeStartObject();
        columns("ttft", byLength, chips, offer -> offer.ttft().estimate(), json);
        columns("usd", byLength, chips, Offer::usdPerMillionTokens, json);
        json.writeEndObject();
    }

    private static void columns(
            String name, List<List<Offer>> byLength, int chips, ToDoubleFunction<Offer> value, JsonGenerator json)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (int chip = 0; chip < chips; chip++) {
            json.writeStartArray();
            for (List<Offer> offers : byLength) {
                double number = value.applyAsDouble(offers.get(chip));
                if (Double.isNaN(number)) {
                    json.writeNull();
                } else {
                    json.writeNumber(String.format(Locale.ROOT, "%.4g", number));
                }
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    // ---- the tables

    private static String cases(Survey survey, List<Traffic> traffics) {
        Html html = new Html();
        for (Traffic traffic : traffics) {
            List<Offer> offers = SurveyTable.byTtft(survey.offers(traffic));
            html.markup("<section>\n<h2>")
                    .prose(SurveyTable.title(traffic))
                    .markup("</h2>\n<p class=\"about\">")
                    .prose(capital(SurveyTable.verdict(offers)) + ".")
                    .markup("</p>\n<div class=\"card\">\n");
            bars(html, offers);
            html.markup("</div>\n<div class=\"card table\"><div class=\"scroll\">\n");
            table(html, offers);
            html.markup("</div></div>\n</section>\n\n");
        }
        return html.toString();
    }

    /** The band of each chip's time to first token, with the likely time in it. */
    private static void bars(Html html, List<Offer> offers) {
        double full =
                offers.stream().mapToDouble(offer -> offer.ttft().p90()).max().orElse(1);
        double least =
                offers.stream().mapToDouble(offer -> offer.ttft().p10()).min().orElse(full / 2);
        html.markup("<div class=\"marks\"><span><i class=\"box\"></i>likely time to first token</span>")
                .markup(
                        "<span><i class=\"box light\"></i>eight in ten; logarithmic</span></div>\n<div class=\"bars\">\n");
        for (Offer offer : offers) {
            Prediction ttft = offer.ttft();
            double from = place(ttft.p10(), least, full);
            html.markup("<div class=\"name\">")
                    .name(offer.name())
                    .markup("</div><div class=\"track\" style=\"--c:var(--series-0)\"><em style=\"left:")
                    .number(from)
                    .markup("%;width:")
                    .number(place(ttft.p90(), least, full) - from)
                    .markup("%\"></em><i class=\"point\" style=\"left:")
                    .number(place(ttft.estimate(), least, full))
                    .markup("%\"></i></div><div class=\"value\">")
                    .prose(SurveyTable.time(ttft.estimate()))
                    .markup("</div>\n");
        }
        html.markup("</div>\n");
    }

    private static double place(double seconds, double least, double most) {
        return most > least ? 2 + 96 * Math.log(seconds / least) / Math.log(most / least) : 50;
    }

    private static void table(Html html, List<Offer> offers) {
        Offer fastest = Survey.fastest(offers);
        Optional<Offer> cheapest = Survey.cheapest(offers);
        html.markup("<table>\n<thead><tr><th scope=\"col\">Chips</th><th scope=\"col\">TTFT</th>")
                .markup("<th scope=\"col\">P10 to P90</th><th scope=\"col\">TPOT,<br>alone</th>")
                .markup("<th scope=\"col\">Batch</th><th scope=\"col\">TPOT</th><th scope=\"col\">$ / Mtok</th>")
                .markup(
                        "<th scope=\"col\">P10 to P90</th><th scope=\"col\">$ / chip<br>and hour</th><th scope=\"col\">Rests on</th>")
                .markup("</tr></thead>\n<tbody>\n");
        for (Offer offer : offers) {
            Prediction ttft = offer.ttft();
            boolean cheap = cheapest.filter(offer::equals).isPresent();
            html.markup("<tr><th scope=\"row\">").name(offer.name());
            html.markup(offer.inTime() ? "" : "<span class=\"tag\">too slow</span>")
                    .markup("</th>");
            cell(html, offer.equals(fastest) ? "best" : "", SurveyTable.time(ttft.estimate()));
            cell(html, "", SurveyTable.time(ttft.p10()) + " to " + SurveyTable.time(ttft.p90()));
            cell(html, "", SurveyTable.time(offer.fastestTpot().estimate()));
            cell(html, "", Figures.count(offer.batch()));
            cell(html, "", SurveyTable.time(offer.tpot().estimate()));
            cell(html, cheap ? "best" : "", SurveyTable.dollars(offer.usdPerMillionTokens()));
            cell(
                    html,
                    "",
                    offer.price() == null
                            ? "–"
                            : SurveyTable.dollars(offer.usdP10()) + " to " + SurveyTable.dollars(offer.usdP90()));
            cell(
                    html,
                    "",
                    offer.price() == null
                            ? "–"
                            : SurveyTable.dollars(offer.price().usdPerHour()));
            cell(html, "basis", SurveyTable.basis(ttft));
            html.markup("</tr>\n");
        }
        html.markup("</tbody>\n</table>\n");
    }

    private static void cell(Html html, String style, String text) {
        html.markup(style.isEmpty() ? "<td>" : "<td class=\"" + style + "\">")
                .prose(text)
                .markup("</td>");
    }

    private static String definitions(Survey survey, List<Offer> offers) {
        Html html = new Html();
        define(
                html,
                "Time to first token",
                "From the engine’s start on the prompt to the first token, on an idle replica; a queue comes on top.");
        define(
                html,
                "TPOT",
                "Time per output token in a batch of that size, while the others’ prompts are read in turn.");
        define(
                html,
                "Dollars",
                "Price of the chips for the reading of a prompt and the request’s share of each decode step, for a million"
                        + " tokens of prompts and answers, cached ones included. Prices are of one kind, since unlike kinds are"
                        + " not comparable, or the user’s own.");
        define(
                html,
                "P10 to P90",
                "Between them lie eight in ten measurements that the model had not seen, as far as those it rests on tell.");
        define(
                html,
                "Rests on",
                "The nearest group of measurements: the more of vendor, chip, engine, data type, model and release it names,"
                        + " the better it is known. Nothing here was measured for this page.");
        List<String> prices = offers.stream()
                .filter(offer -> offer.price() != null)
                .map(SurveyTable::price)
                .toList();
        define(html, "Prices", prices.isEmpty() ? "None of that kind are known." : String.join("; ", prices) + ".");
        survey.leftOut().forEach((chip, reason) -> define(html, "Without " + chip, capital(reason) + "."));
        return html.toString();
    }

    private static void define(Html html, String word, String meaning) {
        html.markup("<dt>").text(word).markup("</dt><dd>").text(meaning).markup("</dd>\n");
    }

    private static String capital(String phrase) {
        return phrase.isEmpty() ? phrase : phrase.substring(0, 1).toUpperCase(Locale.ROOT) + phrase.substring(1);
    }
}
