// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

import dev.pointsman.accel.catalog.Price;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.replay.compare.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A survey as a table for people: one part for each kind of traffic, the fastest chip first. */
public final class SurveyTable {
    private static final double MICROS = 1e6;

    private static final String NOTE = """
            TTFT is that of an idle replica. TPOT is in the largest batch that keeps its limit. Dollars are for a million
            tokens of prompts and answers, cached ones included, on a replica that does nothing else. "Rests on" names the
            measurements that are nearest; the less they name, the less they say.
            """;

    private SurveyTable() {}

    /** Returns the table. */
    public static String format(Survey survey, List<Traffic> traffics) {
        StringBuilder out = new StringBuilder();
        out.append(subject(survey)).append(".\n");
        for (Traffic traffic : traffics) {
            List<Offer> offers = byTtft(survey.offers(traffic));
            out.append('\n')
                    .append(title(traffic))
                    .append(": ")
                    .append(verdict(offers))
                    .append('\n');
            out.append(String.format(
                    Locale.ROOT,
                    "%-26s %10s %21s %6s %10s %10s %19s  %-6s %s%n",
                    "chips",
                    "TTFT",
                    "P10 to P90",
                    "batch",
                    "TPOT",
                    "$ / Mtok",
                    "P10 to P90",
                    "keeps",
                    "rests on"));
            offers.forEach(offer -> line(out, offer));
        }
        if (!survey.leftOut().isEmpty()) {
            out.append("\nLeft out:\n");
            survey.leftOut()
                    .forEach((chip, reason) -> out.append("  ")
                            .append(chip)
                            .append(": ")
                            .append(reason)
                            .append('\n'));
        }
        return out.append('\n').append(NOTE).toString();
    }

    /** Returns what the survey is of, in words. */
    public static String subject(Survey survey) {
        Survey.Terms terms = survey.terms();
        return terms.model().id() + " in " + terms.weights() + (terms.engine().isEmpty() ? "" : ", " + terms.engine())
                + "; nine in ten within " + time(terms.limits().ttftSeconds()) + " to the first token and "
                + time(terms.limits().tpotSeconds()) + " a token; "
                + terms.prices().label() + " prices";
    }

    /** Returns what a kind of traffic is, in words. */
    public static String title(Traffic traffic) {
        return Figures.count(traffic.promptTokens()) + " prompt tokens, "
                + Figures.wholePercent(traffic.cachedShare()) + " cached, " + Figures.count(traffic.outputTokens())
                + " output tokens";
    }

    /** Returns which chip is fastest and which is cheapest, in words. */
    public static String verdict(List<Offer> offers) {
        Offer fastest = Survey.fastest(offers);
        String fast = "fastest " + fastest.name() + " (" + time(fastest.ttft().estimate()) + ")";
        return Survey.cheapest(offers)
                .map(cheapest -> fast + ", cheapest in time " + cheapest.name() + " ("
                        + dollars(cheapest.usdPerMillionTokens()) + ")")
                .orElse(fast + ", none with a price keeps the limits");
    }

    /** Returns a time, in words. */
    public static String time(double seconds) {
        return Figures.time(seconds * MICROS);
    }

    /** Returns dollars for a million tokens, in words. */
    public static String dollars(double usd) {
        return Double.isNaN(usd) ? "–" : String.format(Locale.ROOT, usd < 1 ? "$%.3f" : "$%.2f", usd);
    }

    /** Returns what a prediction rests on, in words. */
    public static String basis(Prediction prediction) {
        return prediction.basis().toString();
    }

    /** Returns the offers, the fastest first. */
    public static List<Offer> byTtft(List<Offer> offers) {
        List<Offer> sorted = new ArrayList<>(offers);
        sorted.sort(Comparator.comparingDouble(offer -> offer.ttft().estimate()));
        return sorted;
    }

    /** Returns the price of an offer's chip, in words; empty if there is none. */
    public static String price(Offer offer) {
        Price price = offer.price();
        return price == null
                ? ""
                : offer.deployment().accelerator().id() + " " + dollars(price.usdPerHour()) + " an hour ("
                        + price.kind().label() + ", " + price.basis() + ", " + price.asOf() + ")";
    }

    private static void line(StringBuilder out, Offer offer) {
        Prediction ttft = offer.ttft();
        out.append(String.format(
                Locale.ROOT,
                "%-26s %10s %21s %6d %10s %10s %19s  %-6s %s%n",
                offer.name(),
                time(ttft.estimate()),
                time(ttft.p10()) + " to " + time(ttft.p90()),
                offer.batch(),
                time(offer.tpot().estimate()),
                dollars(offer.usdPerMillionTokens()),
                offer.price() == null ? "" : dollars(offer.usdP10()) + " to " + dollars(offer.usdP90()),
                offer.inTime() ? "yes" : "no",
                basis(ttft)));
    }
}
