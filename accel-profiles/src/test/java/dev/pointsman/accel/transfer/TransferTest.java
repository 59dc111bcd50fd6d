// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Deployments;
import dev.pointsman.accel.cost.Prediction;
import dev.pointsman.accel.cost.Predictor;
import org.junit.jupiter.api.Test;

final class TransferTest {
    private static final Deployment LLAMA =
            Deployments.of("llama-3.1-70b", "h100-sxm", 4, DType.BF16).build();

    @Test
    void cacheOverTheNetwork_takesSetUpAndBytesOverBandwidth() {
        KvTransfer transfer =
                new KvTransfer(LLAMA, TransferPath.over(Deployments.chip("h100-sxm"), LinkKind.SCALE_OUT, 4));

        Prediction sent = transfer.transfer(10_000);

        double bytes = 10_000 * 327_680.0;
        assertThat(transfer.bytes(10_000)).isEqualTo(bytes);
        assertThat(sent.lowerBound()).isCloseTo(bytes / (4 * 50e9), within(1e-9));
        assertThat(sent.estimate()).isCloseTo(1.25e-3 + bytes / (0.7 * 4 * 50e9), within(1e-9));
        assertThat(sent.p10()).isBetween(sent.lowerBound(), sent.estimate());
        assertThat(sent.p90()).isGreaterThan(sent.estimate());
        assertThat(sent.basis()).hasToString("no measurement");
    }

    @Test
    void layerByLayer_prefillHidesAllButTheLastLayer() {
        Predictor predictor = CostModel.shipped().predictor(LLAMA);
        TransferPath fast = TransferPath.over(Deployments.chip("h100-sxm"), LinkKind.SCALE_UP, 4);
        TransferPath slow = new TransferPath("tcp", 1e9, 1, TransferPath.TCP);

        Prediction hidden = new KvTransfer(LLAMA, fast).transferDuringPrefill(10_000, predictor);
        Prediction exposed = new KvTransfer(LLAMA, slow).transferDuringPrefill(10_000, predictor);

        assertThat(hidden.estimate())
                .isCloseTo(new KvTransfer(LLAMA, fast).transfer(10_000).estimate() / 80, within(1e-9));
        assertThat(exposed.estimate())
                .isCloseTo(
                        new KvTransfer(LLAMA, slow).transfer(10_000).estimate()
                                - predictor.prefill(10_000, 0).estimate(),
                        within(1e-9));
    }

    @Test
    void hostMemory_isFetchedFrom_andASlowDiskIsNot() {
        Predictor predictor = CostModel.shipped().predictor(LLAMA);
        TransferPath host = TransferPath.over(Deployments.chip("h100-sxm"), LinkKind.HOST, 4);
        TransferPath disk = new TransferPath("disk", 0.2e9, 1, TransferPath.DIRECT);

        assertThat(new KvTransfer(LLAMA, host)
                        .fetchOrRecompute(20_000, 1000, predictor)
                        .fetchIsSurelyFaster())
                .isTrue();
        assertThat(new KvTransfer(LLAMA, disk)
                        .fetchOrRecompute(20_000, 1000, predictor)
                        .fetchIsFaster())
                .isFalse();
    }

    @Test
    void allReduce_usesMeasurementsOfTheEngine_thenOfNccl_thenNone() {
        Deployment vllm =
                Deployments.of("llama-3.1-70b", "h100-sxm", 8, DType.FP8).build();
        Deployment sglang = Deployments.of("llama-3.1-70b", "h100-sxm", 8, DType.FP8)
                .engine("SGLang")
                .build();
        Deployment amd = Deployments.of("llama-3.1-70b", "mi300x", 8, DType.FP8).build();

        Prediction small = AllReduce.of(vllm).seconds(0);
        Prediction large = AllReduce.of(vllm).seconds(67_108_864);

        assertThat(small.estimate()).isCloseTo(5.41e-6, within(1e-8));
        // Measured: 344 us.
        assertThat(large.estimate()).isCloseTo(344e-6, within(50e-6));
        assertThat(large.basis().level()).isEqualTo(BasisLevel.ENGINE);
        assertThat(AllReduce.of(sglang).seconds(0).estimate()).isCloseTo(17.51e-6, within(1e-8));
        assertThat(AllReduce.of(sglang).seconds(0).basis().level()).isEqualTo(BasisLevel.CHIP);
        assertThat(AllReduce.of(amd).seconds(0).basis().points()).isZero();
        assertThat(AllReduce.of(amd).seconds(1e8).estimate()).isGreaterThan(1e8 / 448e9);
    }

    @Test
    void whatCannotBe_isRefused() {
        assertThatThrownBy(() -> new TransferPath("x", Double.NaN, 1, TransferPath.RDMA))
                .hasMessageContaining("x: bytesPerSecond must be finite and above 0, but was NaN");
        assertThatThrownBy(() -> new TransferPath("x", 1e9, 0, TransferPath.RDMA))
                .hasMessageContaining("links must be at least 1");
        assertThatThrownBy(() -> TransferPath.over(Deployments.chip("h100-sxm"), LinkKind.HOST, 1)
                        .seconds(-1))
                .hasMessageContaining("bytes: must be finite and at least 0");
        assertThatThrownBy(() -> AllReduce.of(Deployments.of("llama-3.1-8b", "h100-sxm", 1, DType.BF16)
                        .build()))
                .hasMessageContaining("must be at least 2 for an all-reduce");
        assertThatThrownBy(() -> new TransferPath.Setup(2, 1)).hasMessageContaining("0 <= best <= worst");
    }
}
