// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Price;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of traffic would take and cost on one kind of chip. Immutable.
 *
 * @param deployment the replica: chips, how many, and how the model is stored
 * @param ttft time to the first token on an idle replica, without a queue
 * @param fastestTpot time per output token of a request that is alone
 * @param batch how many requests are decoded together, as many as keep the limit of TPOT
 * @param tpot time per output token in that batch, with the reading of the others' prompts
 * @param price of a chip-hour, or null if none of the kind asked for is known
 * @param usdPerMillionTokens dollars for a million tokens of prompts and answers, or NaN without a price
 * @param usdP10 the same by the times that one in ten is below
 * @param usdP90 the same by the times that one in ten is above
 * @param inTime whether nine in ten keep both limits
 */
public record Offer(
        Deployment deployment,
        Prediction ttft,
        Prediction fastestTpot,
        int batch,
        Prediction tpot,
        @Nullable Price price,
        double usdPerMillionTokens,
        double usdP10,
        double usdP90,
        boolean inTime) {
    /** Checks that all is there. */
    public Offer {
        requireNonNull(deployment, "deployment");
        requireNonNull(ttft, "ttft");
        requireNonNull(fastestTpot, "fastestTpot");
        requireNonNull(tpot, "tpot");
    }

    /** Returns the chip's name, with the number of chips if there are more. */
    public String name() {
        String chip = deployment.accelerator().id();
        return deployment.chips() == 1 ? chip : deployment.chips() + " x " + chip;
    }
}
