// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.which;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.PriceKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.model.ModelCatalog;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SurveyTest {
    private static final Traffic TRAFFIC = new Traffic(4000, 0, 500);

    @Test
    void model_getsAsFewChipsAsHoldIt() {
        List<Offer> offers =
                survey("llama-3.1-70b", 2, 0.05, "h100-sxm", "mi300x").offers(TRAFFIC);

        assertThat(offers).extracting(Offer::name).containsExactly("2 x h100-sxm", "mi300x");
    }

    @Test
    void dollars_areThePriceOfTheTime() {
        Offer offer =
                survey("llama-3.1-8b", 2, 1e-9, "h100-sxm").offers(TRAFFIC).get(0);

        // No batch keeps such a limit, so a request is alone.
        double seconds = offer.ttft().estimate() + 500 * offer.fastestTpot().estimate();
        assertThat(offer.batch()).isEqualTo(1);
        assertThat(offer.inTime()).isFalse();
        assertThat(offer.usdPerMillionTokens())
                .isCloseTo(offer.price().usdPerHour() / 3600 * seconds / 4500 * 1e6, within(1e-9));
        assertThat(Survey.cheapest(List.of(offer))).isEmpty();
    }

    @Test
    void looserLimit_makesLargerBatchesAndLowerPrices() {
        Offer tight =
                survey("llama-3.1-8b", 2, 0.02, "h100-sxm").offers(TRAFFIC).get(0);
        Offer loose = survey("llama-3.1-8b", 2, 0.1, "h100-sxm").offers(TRAFFIC).get(0);

        assertThat(loose.batch()).isGreaterThan(tight.batch());
        assertThat(loose.usdPerMillionTokens()).isLessThan(tight.usdPerMillionTokens());
        assertThat(loose.tpot().p90()).isLessThanOrEqualTo(0.1);
    }

    @Test
    void moreCached_isFasterAndCheaper() {
        Survey survey = survey("llama-3.1-70b", 2, 0.05, "h100-sxm", "b200-sxm");
        List<Offer> cold = survey.offers(new Traffic(16_000, 0, 500));
        List<Offer> warm = survey.offers(new Traffic(16_000, 0.9, 500));

        for (int i = 0; i < cold.size(); i++) {
            assertThat(warm.get(i).ttft().estimate())
                    .isLessThan(cold.get(i).ttft().estimate());
            assertThat(warm.get(i).usdPerMillionTokens()).isLessThan(cold.get(i).usdPerMillionTokens());
        }
    }

    @Test
    void chipWithoutAPriceOfThatKind_isNeverCheapest() {
        List<Offer> offers =
                survey("llama-3.1-8b", 60, 60, "tpu-v6e", "h100-sxm").offers(TRAFFIC);

        assertThat(offers.get(0).price()).isNull();
        assertThat(offers.get(0).usdPerMillionTokens()).isNaN();
        assertThat(Survey.cheapest(offers)).map(Offer::name).hasValue("h100-sxm");
    }

    @Test
    void noChipHoldsTheModel_isRefused() {
        assertThatThrownBy(() -> survey("deepseek-r1", 2, 0.05, "l4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no chip holds deepseek-r1");
    }

    private static Survey survey(String model, double ttft, double tpot, String... chips) {
        Survey.Terms terms = new Survey.Terms(
                ModelCatalog.shipped().get(model), DType.FP8, "vLLM", PriceKind.RENTAL, new Limits(ttft, tpot));
        List<Accelerator> chosen =
                Stream.of(chips).map(AcceleratorCatalog.shipped()::get).toList();
        return Survey.of(terms, chosen, CostModel.shipped(), 20_000);
    }
}
