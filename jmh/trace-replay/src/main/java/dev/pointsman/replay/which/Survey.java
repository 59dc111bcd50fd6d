// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What several kinds of chips offer for one model. Immutable and thread-safe.
 */
public final class Survey {
    private final Terms terms;
    private final List<Replica> replicas = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    private Survey(Terms terms) {
        this.terms = terms;
    }

    /**
     * Puts the model on every chip that holds it.
     *
     * @param terms what is asked for
     * @param chips on which chips
     * @param costModel predicts
     * @param longestTokens tokens of the longest request that has to fit, prompt and answer
     * @throws IllegalArgumentException if no chip holds the model
     */
    public static Survey of(Terms terms, List<Accelerator> chips, CostModel costModel, long longestTokens) {
        Survey survey = new Survey(terms);
        for (Accelerator chip : chips) {
            try {
                survey.replicas.add(Replica.of(
                        terms.model(),
                        chip,
                        terms.weights(),
                        terms.engine(),
                        terms.prices(),
                        costModel,
                        longestTokens));
            } catch (IllegalArgumentException doesNotFit) {
                survey.leftOut.put(chip.id(), String.valueOf(doesNotFit.getMessage()));
            }
        }
        if (survey.replicas.isEmpty()) {
            throw new IllegalArgumentException("no chip holds " + terms.model().id() + " in " + terms.weights() + ": "
                    + survey.leftOut + ".\nMaybe store its weights in fewer bits, or ask for shorter prompts.");
        }
        return survey;
    }

    /** Returns what was asked for. */
    public Terms terms() {
        return terms;
    }

    /** Returns why a chip is not in the survey, by its name; unmodifiable. */
    public Map<String, String> leftOut() {
        return Collections.unmodifiableMap(leftOut);
    }

    /** Returns what every chip offers for one kind of traffic, in the order of the chips. */
    public List<Offer> offers(Traffic traffic) {
        return replicas.stream()
                .map(replica -> replica.offer(traffic, terms.limits()))
                .toList();
    }

    /** Returns the offer with the least time to first token. */
    public static Offer fastest(List<Offer> offers) {
        return Collections.min(
                offers, Comparator.comparingDouble(offer -> offer.ttft().estimate()));
    }

    /** Returns the offer with the least dollars among those that keep the limits, if there is one with a price. */
    public static Optional<Offer> cheapest(List<Offer> offers) {
        return offers.stream()
                .filter(offer -> offer.inTime() && offer.price() != null)
                .min(Comparator.comparingDouble(Offer::usdPerMillionTokens));
    }

    /**
     * What is asked for.
     *
     * @param model which model
     * @param weights how its weights are stored
     * @param engine which engine serves it; empty for any
     * @param prices which kind of price is compared, where the user has none of his own
     * @param limits the times to keep
     */
    public record Terms(Model model, DType weights, String engine, PriceKind prices, Limits limits) {
        /** Checks that all is there. */
        public Terms {
            requireNonNull(model, "model");
            requireNonNull(weights, "weights");
            requireNonNull(engine, "engine");
            requireNonNull(prices, "prices");
            requireNonNull(limits, "limits");
        }
    }
}
