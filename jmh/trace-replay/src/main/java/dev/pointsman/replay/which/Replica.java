// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.Price;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import dev.pointsman.accel.model.Model;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a model on as few chips of a kind as it needs.
 *
 * <p>Prices are of one kind, or the user's own, because kinds of prices are not comparable.
 */
final class Replica {
    private static final int MOST_CHIPS = 8;
    private static final int MOST_BATCH = 512;
    private static final double MILLION = 1e6;
    private static final double SECONDS_PER_HOUR = 3600;

    private final Predictor predictor;
    private final long kvTokens;
    private final @Nullable Price price;

    private Replica(Predictor predictor, long kvTokens, @Nullable Price price) {
        this.predictor = predictor;
        this.kvTokens = kvTokens;
        this.price = price;
    }

    /**
     * Makes a replica on the fewest chips, a power of two, that hold the weights and one request.
     *
     * @param contextTokens tokens of the longest request
     * @throws IllegalArgumentException if 8 chips do not
     */
    static Replica of(
            Model model,
            Accelerator chip,
            DType weights,
            String engine,
            PriceKind prices,
            CostModel costModel,
            long contextTokens) {
        String reason = "";
        for (int chips = 1; chips <= MOST_CHIPS; chips *= 2) {
            Deployment deployment;
            try {
                deployment = Deployment.of(model, chip)
                        .tensorParallel(chips)
                        .weights(weights)
                        .engine(engine)
                        .build();
            } catch (IllegalArgumentException cannotBeSpread) {
                // Fewer chips may have failed for lack of memory, which says more than that more of them cannot share.
                reason = reason.isEmpty() ? firstLine(cannotBeSpread) : reason;
                continue;
            }
            long tokens = deployment.kvCapacity().tokens();
            if (tokens >= contextTokens) {
                Price price =
                        chip.price(PriceKind.OWN).or(() -> chip.price(prices)).orElse(null);
                return new Replica(costModel.predictor(deployment), tokens, price);
            }
            reason = tokens == 0
                    ? "the weights do not fit " + chips + (chips == 1 ? " chip" : " chips")
                    : "a request of " + contextTokens + " tokens does not fit " + chips
                            + (chips == 1 ? " chip" : " chips");
        }
        throw new IllegalArgumentException(reason);
    }

    private static String firstLine(IllegalArgumentException wrong) {
        return requireNonNull(wrong.getMessage(), "message").lines().findFirst().orElse("");
    }

    /** Returns what one kind of traffic would take and cost here, in the largest batch that keeps the limits. */
    Offer offer(Traffic traffic, Limits limits) {
        Prediction prefill = predictor.prefill(traffic.newTokens(), traffic.cachedTokens());
        int batch = largestBatch(traffic, limits);
        Prediction tpot = tokenTime(batch, traffic);
        boolean inTime = prefill.p90() <= limits.ttftSeconds() && tpot.p90() <= limits.tpotSeconds();
        Prediction step = predictor.decodeStep(batch, batch * traffic.meanContext());
        return new Offer(
                predictor.deployment(),
                prefill,
                predictor.decodeStep(1, traffic.meanContext()),
                batch,
                tpot,
                price,
                usd(traffic, prefill.estimate(), step.estimate() / batch),
                usd(traffic, prefill.p10(), step.p10() / batch),
                usd(traffic, prefill.p90(), step.p90() / batch),
                inTime);
    }

    /** Returns the largest batch that fits and keeps the limit of TPOT, or 1; a larger batch is never faster. */
    private int largestBatch(Traffic traffic, Limits limits) {
        int kept = 1;
        int tooLarge = (int) Math.max(
                2, Math.min(MOST_BATCH, kvTokens / (traffic.promptTokens() + traffic.outputTokens())) + 1);
        while (tooLarge - kept > 1) {
            int middle = (kept + tooLarge) / 2;
            if (tokenTime(middle, traffic).p90() <= limits.tpotSeconds()) {
                kept = middle;
            } else {
                tooLarge = middle;
            }
        }
        return kept;
    }

    /** Returns the time per token in a batch, each of whose other requests has its prompt read once an answer. */
    private Prediction tokenTime(int batch, Traffic traffic) {
        Prediction step = predictor.decodeStep(batch, batch * traffic.meanContext());
        double delay = predictor
                        .interference(traffic.newTokens(), traffic.cachedTokens())
                        .estimate()
                * (batch - 1)
                / traffic.outputTokens();
        double stretch = 1 + delay / step.estimate();
        return new Prediction(
                step.lowerBound(), step.estimate() * stretch, step.p10() * stretch, step.p90() * stretch, step.basis());
    }

    /** Returns dollars for a million tokens of prompts and answers, or NaN without a price. */
    private double usd(Traffic traffic, double prefillSeconds, double tokenSeconds) {
        if (price == null) {
            return Double.NaN;
        }
        double seconds = prefillSeconds + traffic.outputTokens() * tokenSeconds;
        double perSecond = price.usdPerHour() * predictor.deployment().chips() / SECONDS_PER_HOUR;
        return perSecond * seconds * MILLION / (traffic.promptTokens() + traffic.outputTokens());
    }
}
