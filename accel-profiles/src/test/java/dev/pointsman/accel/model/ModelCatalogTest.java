// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelCatalogTest {
    @TempDir
    private Path folder;

    @Test
    void everyReferenceModel_hasItsKvBytesPerToken_withinOnePercent() throws IOException {
        List<String> checked = new ArrayList<>();
        for (JsonNode reference : reference()) {
            Model model = ModelCatalog.shipped().get(reference.get("id").textValue());
            // Nemotron's entry has none, because it counts its Mamba layers as attention; 6 of its 52 layers are.
            double expected = reference.has("kvBytesPerTokenBf16")
                    ? reference.get("kvBytesPerTokenBf16").doubleValue()
                    : 6 * 2 * 2 * 128 * 2;

            assertThat(model.architecture().kvBytesPerToken(DType.BF16))
                    .as(model.id())
                    .isCloseTo(expected, withinPercentage(1));
            assertThat(model.architecture().kvBytesPerToken(DType.FP8))
                    .as(model.id())
                    .isCloseTo(expected / 2, withinPercentage(1));
            checked.add(model.id());
        }
        assertThat(checked).hasSize(41);
    }

    @Test
    void everyReferenceModel_hasItsParameters_withinOnePercent() throws IOException {
        for (JsonNode reference : reference()) {
            Model model = ModelCatalog.shipped().get(reference.get("id").textValue());
            double total = reference
                    .path("paramsFromConfigB")
                    .asDouble(reference.get("paramsB").doubleValue());
            double active = reference
                    .path("activeParamsFromConfigB")
                    .asDouble(reference.get("activeParamsB").doubleValue());
            if (model.architecture().attention() instanceof LatentAttention latent && latent.selector() != null) {
                // The reference counts the weights of attention without those of choosing what to look at.
                LatentAttention.Selector selector = latent.selector();
                double choosing = latent.queryRank() * (double) selector.heads() * selector.headDim()
                        + reference.get("hidden").doubleValue() * (selector.headDim() + selector.heads());
                total += latent.layers() * choosing / 1e9;
                active += latent.layers() * choosing / 1e9;
            }
            if (model.id().equals("gemma-4-26b-a4b")) {
                // The reference's formula leaves out the dense part that its own note names: 2112 wide, in each layer.
                double dense = 3.0 * 2816 * 2112 * 30 / 1e9;
                total += dense;
                active += dense;
            }

            assertThat(model.architecture().parameters() / 1e9).as(model.id()).isCloseTo(total, withinPercentage(1));
            assertThat(model.architecture().activeParameters() / 1e9)
                    .as(model.id())
                    .isCloseTo(active, withinPercentage(1));
        }
    }

    @Test
    void everyModel_hasThePublishedParameters() {
        assertThat(ModelCatalog.shipped().all()).hasSize(41).allSatisfy(model -> {
            // A vision encoder is published with Llama 4 Scout (109), and Gemma's 26 is a name: its card says 25.2.
            double percent = model.id().equals("gemma-4-26b-a4b") ? 3.5 : 1.2;
            assertThat(model.architecture().parameters() / 1e9)
                    .as(model.id())
                    .isCloseTo(model.publishedParametersBillions().orElseThrow(), withinPercentage(percent));
            assertThat(model.sources()).isNotEmpty();
        });
    }

    @Test
    void everyReferenceModel_hasTheKvCapacityThatItsBytesGive_withinOnePercent() throws IOException {
        double memory = AcceleratorCatalog.shipped().get("h200-sxm").memoryBytes();
        double reserve = 3.5 * (1L << 30);
        int compared = 0;
        for (JsonNode reference : reference()) {
            Model model = ModelCatalog.shipped().get(reference.get("id").textValue());
            if (!reference.has("kvBytesPerTokenBf16")) {
                continue;
            }
            int chips = 8;
            Parallelism parallelism = Parallelism.tensor(
                    reference.get("heads").intValue() % chips == 0
                            ? chips
                            : model.architecture().attention().heads() % 4 == 0 ? 4 : 1);
            KvCapacity capacity = model.architecture()
                    .kvCapacity(WeightFormat.of(DType.FP8), DType.BF16, parallelism, memory, 0.9, reserve);

            double free = memory * 0.9 - reserve - capacity.weightBytesPerChip();
            double shards = reference.get("attention").textValue().startsWith("mla")
                    ? 1
                    : Math.min(parallelism.tensor(), reference.get("kvHeads").intValue());
            double perToken = reference.get("kvBytesPerTokenBf16").doubleValue() / shards;
            if (reference.get("attention").textValue().equals("mla-dsa")) {
                // One key of 128 elements for each token and layer, in 8 bits with a scale of 32, beside the KV.
                perToken += reference.get("layers").intValue() * (128 + 4);
            }
            assertThat((double) capacity.tokens())
                    .as(model.id())
                    .isCloseTo(Math.max(0, free / perToken), withinPercentage(1));
            compared++;
        }
        assertThat(compared).isEqualTo(40);
    }

    @Test
    void get_publishedName_isFound() {
        ModelCatalog catalog = ModelCatalog.shipped();

        assertThat(catalog.get("meta-llama/Llama-3.1-70B-Instruct").id()).isEqualTo("llama-3.1-70b");
        assertThat(catalog.get("DeepSeek_V3.1").id()).isEqualTo("deepseek-r1");
        assertThatThrownBy(() -> catalog.get("lama-3.1-8b"))
                .isInstanceOf(CatalogException.class)
                .hasMessageContaining("Maybe llama-3.1-8b was meant");
    }

    @Test
    void weights_checkpointWithExpertsApart_keepsTheRestWide() {
        Model gptOss = ModelCatalog.shipped().get("gpt-oss-120b");
        Model llama = ModelCatalog.shipped().get("llama-3.1-70b");

        assertThat(gptOss.weights(DType.FP4)).isEqualTo(new WeightFormat(DType.BF16, DType.FP4, DType.BF16));
        assertThat(gptOss.weights(DType.FP8)).isEqualTo(WeightFormat.of(DType.FP8));
        assertThat(llama.weights(DType.FP4)).isEqualTo(new WeightFormat(DType.FP4, DType.FP4, DType.BF16));
        // Published: about 61 GiB on disk.
        assertThat(gptOss.architecture().weightBytes(gptOss.weights()) / (1L << 30))
                .isBetween(58.0, 63.0);
    }

    @Test
    void with_newModel_isAddedAndLaterChangedInPart() throws IOException {
        ModelCatalog catalog = ModelCatalog.shipped()
                .with(Files.writeString(folder.resolve("a.json"), """
                        {"prices": [], "models": [{"id": "tiny", "layers": 2, "hiddenSize": 64, "vocabularySize": 100,
                          "attention": {"kind": "windowed", "windowTokens": 8,
                            "full": {"layers": 1, "heads": 4, "kvHeads": 2, "headDim": 16},
                            "windowed": {"layers": 1, "heads": 4, "kvHeads": 2, "headDim": 16}},
                          "feedForward": {"denseLayers": 2, "denseIntermediate": 128}}]}"""))
                .with(Files.writeString(
                        folder.resolve("b.json"),
                        "{\"models\": [{\"id\": \"tiny\", \"attention\": {\"full\": {\"kvHeads\": 4}}}]}"));

        assertThat(catalog.get("tiny").architecture().attention())
                .isEqualTo(new WindowedAttention(
                        new GroupedQueryAttention(1, 4, 4, 16), new GroupedQueryAttention(1, 4, 2, 16), 8));
        assertThat(catalog.get("tiny").weights()).isEqualTo(WeightFormat.of(DType.BF16));
    }

    private static JsonNode reference() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.root")).resolve("../shared/reference/models.json");
        assumeTrue(Files.exists(file), "needs ../shared/reference/models.json");
        return new ObjectMapper().readTree(file.toFile());
    }
}
