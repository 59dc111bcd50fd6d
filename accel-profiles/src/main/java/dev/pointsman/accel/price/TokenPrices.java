// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.price;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import java.util.OptionalDouble;

/**
 * Prices the tokens of a deployment: {@code chips * price * seconds / tokens}. Immutable and thread-safe.
 *
 * <p>Prefill is priced as if the chips did nothing else, one prompt after another, and decode as if they decoded batches of one
 * size all the time; a replica that does both pays both.
 */
public final class TokenPrices {
    private static final double MILLION = 1e6;
    private static final double SECONDS_PER_HOUR = 3600;

    private final Predictor predictor;
    private final double usdPerSecond;
    private final OptionalDouble kilowatts;

    /**
     * Prices the tokens of a deployment.
     *
     * @param predictor predicts the deployment
     * @param usdPerChipHour what a chip costs for an hour; finite and at least 0
     */
    public TokenPrices(Predictor predictor, double usdPerChipHour) {
        this.predictor = requireNonNull(predictor, "predictor");
        if (!(usdPerChipHour >= 0 && usdPerChipHour < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("usdPerChipHour: must be finite and at least 0, but was "
                    + usdPerChipHour + ".\nMaybe use the price of the accelerator's catalog entry.");
        }
        Deployment deployment = predictor.deployment();
        int chips = deployment.chips();
        usdPerSecond = usdPerChipHour * chips / SECONDS_PER_HOUR;
        OptionalDouble watts = deployment.accelerator().tdpWatts();
        kilowatts = watts.isPresent() ? OptionalDouble.of(watts.getAsDouble() * chips / 1000) : watts;
    }

    /**
     * Prices the tokens of a deployment at the default price of its chip.
     *
     * @throws IllegalArgumentException if the catalog has no price for it
     */
    public static TokenPrices of(Predictor predictor) {
        Accelerator accelerator = predictor.deployment().accelerator();
        return new TokenPrices(
                predictor,
                accelerator
                        .price()
                        .orElseThrow(() -> new IllegalArgumentException("price: none is known for " + accelerator.id()
                                + ".\nMaybe add one to the chip in a catalog file of your own."))
                        .usdPerHour());
    }

    /**
     * Prices a million prompt tokens that are read, not counting those found in the cache.
     *
     * @param newTokens how many tokens of each prompt are read, at least 1
     * @param cachedTokens how many are cached before them, at least 0
     */
    public MillionTokens prefill(long newTokens, long cachedTokens) {
        atLeastOne("newTokens", newTokens);
        return price(predictor.prefill(newTokens, cachedTokens), (double) newTokens);
    }

    /**
     * Prices a million generated tokens.
     *
     * @param batch how many sequences are decoded together, at least 1
     * @param contextTokens tokens of all these sequences together, at least 0
     */
    public MillionTokens decode(int batch, long contextTokens) {
        atLeastOne("batch", batch);
        return price(predictor.decodeStep(batch, contextTokens), batch);
    }

    private MillionTokens price(Prediction seconds, double tokens) {
        double usd = usdPerSecond * MILLION / tokens;
        return new MillionTokens(
                usd * seconds.estimate(),
                usd * seconds.p10(),
                usd * seconds.p90(),
                kilowatts.isPresent()
                        ? OptionalDouble.of(
                                kilowatts.getAsDouble() * seconds.estimate() / SECONDS_PER_HOUR * MILLION / tokens)
                        : kilowatts,
                seconds.basis());
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": must be at least 1, but was " + value + ".\nMaybe there is nothing to price.");
        }
    }
}
