// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.Deployments;
import dev.pointsman.accel.cost.Predictor;
import org.junit.jupiter.api.Test;

final class TokenPricesTest {
    private final Predictor predictor = Deployments.predictor("llama-3.1-70b", "h100-sxm", 4, DType.FP8);

    @Test
    void prices_areChipSecondsOverTokens() {
        TokenPrices prices = new TokenPrices(predictor, 2);

        double step = predictor.decodeStep(64, 64 * 2000).estimate();
        MillionTokens decode = prices.decode(64, 64 * 2000);
        assertThat(decode.usd()).isCloseTo(4 * 2.0 / 3600 * step / 64 * 1e6, within(1e-9));
        assertThat(decode.kilowattHours().orElseThrow()).isCloseTo(4 * 0.7 / 3600 * step / 64 * 1e6, within(1e-9));

        double read = predictor.prefill(4000, 1000).estimate();
        assertThat(prices.prefill(4000, 1000).usd()).isCloseTo(4 * 2.0 / 3600 * read / 4000 * 1e6, within(1e-9));
    }

    @Test
    void bands_followTheTimes() {
        MillionTokens decode = TokenPrices.of(predictor).decode(64, 64 * 2000);

        assertThat(decode.usdP10()).isLessThan(decode.usd());
        assertThat(decode.usdP90()).isGreaterThan(decode.usd());
        assertThat(decode.basis()).isEqualTo(predictor.decodeBasis());
    }

    @Test
    void generating_costsMoreThanReading() {
        TokenPrices prices = TokenPrices.of(predictor);

        assertThat(prices.decode(64, 64 * 2000).usd())
                .isGreaterThan(prices.prefill(4000, 0).usd());
    }

    @Test
    void unknownOrImpossiblePrices_areRefused() {
        Predictor without = Deployments.predictor("llama-3.1-8b", "a30", 1, DType.INT8);

        assertThatThrownBy(() -> TokenPrices.of(without)).hasMessageContaining("price: none is known for a30");
        assertThatThrownBy(() -> new TokenPrices(predictor, Double.NaN)).hasMessageContaining("usdPerChipHour");
        assertThatThrownBy(() -> new TokenPrices(predictor, 1).decode(0, 0)).hasMessageContaining("batch");
    }
}
