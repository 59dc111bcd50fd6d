// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.accel.catalog.Price;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.replay.which.Offer;
import dev.pointsman.replay.which.Survey;
import dev.pointsman.replay.which.SurveyTable;
import dev.pointsman.replay.which.Traffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints surveys of chips. */
public final class SurveyOutput {
    private static final double MICROS = 1e6;

    private SurveyOutput() {}

    /** Prints one JSON object. */
    public static void json(PrintWriter out, Survey survey, List<Traffic> traffics) throws IOException {
        JsonLine.print(out, json -> {
            Survey.Terms terms = survey.terms();
            json.writeStringField("model", terms.model().id());
            json.writeStringField("weights", terms.weights().toString());
            json.writeStringField("engine", terms.engine());
            json.writeStringField("prices", terms.prices().label());
            json.writeNumberField("ttftLimitMicros", micros(terms.limits().ttftSeconds()));
            json.writeNumberField("tpotLimitMicros", micros(terms.limits().tpotSeconds()));
            json.writeArrayFieldStart("traffic");
            for (Traffic traffic : traffics) {
                json.writeStartObject();
                traffic(json, traffic, SurveyTable.byTtft(survey.offers(traffic)));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("leftOut");
            for (Map.Entry<String, String> one : survey.leftOut().entrySet()) {
                json.writeStartObject();
                json.writeStringField("accelerator", one.getKey());
                json.writeStringField("reason", one.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void traffic(JsonGenerator json, Traffic traffic, List<Offer> offers) throws IOException {
        json.writeNumberField("promptTokens", traffic.promptTokens());
        json.writeNumberField("cachedShare", traffic.cachedShare());
        json.writeNumberField("outputTokens", traffic.outputTokens());
        json.writeStringField("fastest", accelerator(Survey.fastest(offers)));
        Optional<Offer> cheapest = Survey.cheapest(offers);
        if (cheapest.isPresent()) {
            json.writeStringField("cheapest", accelerator(cheapest.get()));
        } else {
            json.writeNullField("cheapest");
        }
        json.writeArrayFieldStart("offers");
        for (Offer offer : offers) {
            json.writeStartObject();
            offer(json, offer);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void offer(JsonGenerator json, Offer offer) throws IOException {
        json.writeStringField("accelerator", accelerator(offer));
        json.writeNumberField("chips", offer.deployment().chips());
        micros(json, "ttftMicros", offer.ttft());
        micros(json, "tpotAloneMicros", offer.fastestTpot());
        json.writeNumberField("batch", offer.batch());
        micros(json, "tpotMicros", offer.tpot());
        Price price = offer.price();
        if (price == null) {
            json.writeNullField("dollarsPerChipHour");
            json.writeNullField("dollarsPerMillionTokens");
        } else {
            json.writeNumberField("dollarsPerChipHour", price.usdPerHour());
            json.writeObjectFieldStart("dollarsPerMillionTokens");
            json.writeNumberField("estimate", offer.usdPerMillionTokens());
            json.writeNumberField("p10", offer.usdP10());
            json.writeNumberField("p90", offer.usdP90());
            json.writeEndObject();
        }
        json.writeBooleanField("inTime", offer.inTime());
        json.writeStringField("restsOn", SurveyTable.basis(offer.ttft()));
    }

    private static void micros(JsonGenerator json, String name, Prediction prediction) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("estimate", micros(prediction.estimate()));
        json.writeNumberField("p10", micros(prediction.p10()));
        json.writeNumberField("p90", micros(prediction.p90()));
        json.writeEndObject();
    }

    private static long micros(double seconds) {
        return Math.round(seconds * MICROS);
    }

    private static String accelerator(Offer offer) {
        return offer.deployment().accelerator().id();
    }
}
