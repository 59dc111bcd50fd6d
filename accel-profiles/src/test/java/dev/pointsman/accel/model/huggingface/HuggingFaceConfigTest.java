// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.internal.json.JsonDocument;
import dev.pointsman.accel.internal.json.JsonView;
import dev.pointsman.accel.model.GroupedQueryAttention;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.accel.model.WeightFormat;
import dev.pointsman.accel.model.WindowedAttention;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HuggingFaceConfigTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-3.1-8b",
                "llama-2-7b",
                "mistral-nemo-12b",
                "mixtral-8x7b",
                "qwen2.5-7b",
                "qwen3-30b-a3b",
                "qwen3.5-397b-a17b",
                "deepseek-r1",
                "deepseek-v3.2",
                "kimi-k2.5",
                "glm-5",
                "glm-4.7",
                "minimax-m2.5",
                "gpt-oss-120b",
                "gpt-oss-20b",
                "llama-4-scout",
                "llama-4-maverick",
                "gpt-j-6b",
                "falcon-180b",
                "gemma-7b",
                "gemma-2b",
                "nemotron-3-nano-30b-a3b"
            })
    void read_configOfAModelInTheCatalog_givesTheSameShapeAndWeights(String id) throws Exception {
        Model read = HuggingFaceConfig.read(id, config(id));

        Model shipped = ModelCatalog.shipped().get(id);
        assertThat(read.architecture()).isEqualTo(shipped.architecture());
        assertThat(read.weights()).isEqualTo(shipped.weights());
    }

    @ParameterizedTest
    @CsvSource({
        // Published totals of the language part, in billions.
        "gemma-3-12b, 11.77",
        "gemma-2-9b, 9.24",
        "gemma-4-26b-a4b, 25.2",
        "phi-3-mini-128k, 3.82",
        "phi-4, 14.66",
        "mistral-7b-v0.1, 7.24",
        "glm-4-9b-chat, 9.4",
        "llama-3.1-70b-awq, 70.55"
    })
    void read_configOfAnotherModel_givesItsPublishedParameters(String name, double billions) throws Exception {
        Model read = HuggingFaceConfig.read(name, config(name));

        assertThat(read.architecture().parameters() / 1e9).isCloseTo(billions, withinPercentage(1));
    }

    @Test
    void read_windowLayers_areToldFromFullOnes() throws Exception {
        assertThat(attentionOf("gemma-3-12b"))
                .isEqualTo(new WindowedAttention(
                        new GroupedQueryAttention(8, 16, 8, 256), new GroupedQueryAttention(40, 16, 8, 256), 1024));
        assertThat(attentionOf("gemma-2-9b"))
                .isEqualTo(new WindowedAttention(
                        new GroupedQueryAttention(21, 16, 8, 256), new GroupedQueryAttention(21, 16, 8, 256), 4096));
        assertThat(attentionOf("gemma-4-26b-a4b"))
                .isEqualTo(new WindowedAttention(
                        new GroupedQueryAttention(5, 16, 2, 512), new GroupedQueryAttention(25, 16, 8, 256), 1024));
        assertThat(attentionOf("mistral-7b-v0.1"))
                .isEqualTo(new WindowedAttention(
                        new GroupedQueryAttention(0, 32, 8, 128), new GroupedQueryAttention(32, 32, 8, 128), 4096));
        // A window as long as the longest context is none.
        assertThat(attentionOf("phi-3-mini-128k")).isEqualTo(new GroupedQueryAttention(32, 32, 32, 96));
    }

    @Test
    void read_quantizationConfig_givesTheFormatOfTheWeights() throws Exception {
        assertThat(weightsOf("llama-3.1-70b-awq")).isEqualTo(new WeightFormat(DType.INT4, DType.INT4, DType.FP16));
        assertThat(weightsOf("llama-3.1-8b-fp8")).isEqualTo(new WeightFormat(DType.FP8, DType.FP8, DType.BF16));
        assertThat(weightsOf("llama-3.3-70b-nvfp4")).isEqualTo(new WeightFormat(DType.FP4, DType.FP4, DType.BF16));
        assertThat(weightsOf("deepseek-r1")).isEqualTo(new WeightFormat(DType.FP8_BLOCK, DType.FP8_BLOCK, DType.BF16));
    }

    @Test
    void with_modelThatWasRead_isFoundInTheCatalog() throws Exception {
        ModelCatalog catalog = ModelCatalog.shipped().with(HuggingFaceConfig.read("ours", config("phi-4")));

        assertThat(catalog.get("ours").architecture().layers()).isEqualTo(40);
        assertThat(ModelCatalog.shipped().find("ours")).isEmpty();
        assertThatThrownBy(() -> catalog.with(HuggingFaceConfig.read("o-urs", config("phi-4"))))
                .isInstanceOf(CatalogException.class)
                .hasMessageContaining("must have names of its own");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama-3.1-8b | {\"num_hidden_layers\": null} | num_hidden_layers: must be a whole number above 0, but is missing. | Maybe this is not the config of a language model; it may also be called n_layer",
                "llama-3.1-8b | {\"num_hidden_layers\": \"32\"} | num_hidden_layers: must be a whole number from 1 to 1073741824, but was the text \"32\". | Maybe remove the quotes",
                "llama-3.1-8b | {\"num_hidden_layers\": -1} | num_hidden_layers: must be a whole number from 1 | Maybe",
                "llama-3.1-8b | {\"num_hidden_layers\": 20000} | num_hidden_layers: must be at most 10000, but was 20000. | Maybe it was swapped with hidden_size.",
                "llama-3.1-8b | {\"vocab_size\": null} | vocab_size: must be a whole number above 0, but is missing. | Maybe",
                "llama-3.1-8b | {\"intermediate_size\": null} | intermediate_size: must be a whole number above 0, but is missing. | Maybe",
                "llama-3.1-8b | {\"num_key_value_heads\": 5} | num_key_value_heads: must divide the 32 attention heads, but was 5. | Maybe one of the two",
                "llama-3.1-8b | {\"hidden_size\": 4095} | head_dim: must be a whole number above 0, but is missing, and hidden_size 4095 is not a multiple of the 32 heads. | Maybe",
                "llama-3.1-8b | {\"vocab_size\": 33554432} | vocabularySize: must be between 1 and 16777216, but was 33554432. | Maybe",
                "llama-3.1-8b | {\"layer_types\": [\"full_attention\"]} | layer_types: must have as many entries as there are layers (32), but has 1. | Maybe num_hidden_layers",
                "llama-3.1-8b | {\"quantization_config\": {\"quant_method\": \"awk\"}} | quantization_config.quant_method: no method of quantization is called awk. | Maybe awq was meant",
                "llama-3.1-8b | {\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 3}} | quantization_config.bits: must be 4 or 8 bits, but was 3. | Maybe",
                "llama-3.1-8b | {\"quantization_config\": {\"quant_method\": \"compressed-tensors\", \"config_groups\": {}}} | quantization_config.config_groups: must have a group, but is empty. | Maybe",
                "llama-3.1-8b | {\"tie_word_embeddings\": \"no\"} | tie_word_embeddings: must be true or false, but was the text \"no\". | Maybe",
                "llama-3.1-8b | {\"text_config\": 5} | text_config: must be an object, but was 5. | Maybe",
                "gpt-oss-20b | {\"layer_types\": [\"dilated\"]} | layer_types[0]: must be full_attention, sliding_attention, | Maybe this kind of layer is newer",
                "gpt-oss-20b | {\"sliding_window\": null} | sliding_window: must be a whole number above 0, but is missing. | Maybe",
                "mixtral-8x7b | {\"num_experts_per_tok\": 9} | num_experts_per_tok: must be at most the 8 experts there are, but was 9. | Maybe the two are swapped.",
                "mixtral-8x7b | {\"num_experts_per_tok\": null} | num_experts_per_tok: must be a whole number above 0, but is missing. | Maybe",
                "deepseek-r1 | {\"qk_nope_head_dim\": null} | qk_nope_head_dim: must be a whole number above 0, but is missing. | Maybe",
                "deepseek-r1 | {\"compress_ratios\": [4, 128]} | compress_ratios: changes the shape of the model in a way that is not known here. | Maybe describe the model in a file of your own",
                "minimax-m2.5 | {\"attn_type_list\": [0, 1]} | attn_type_list: must be 1 for all layers | Maybe",
                "nemotron-3-nano-30b-a3b | {\"hybrid_override_pattern\": \"MXM\"} | hybrid_override_pattern: must consist of M or mamba, | Maybe",
                "nemotron-3-nano-30b-a3b | {\"hybrid_override_pattern\": \"ME*\"} | hybrid_override_pattern: must have as many entries as there are layers (52), but has 3. | Maybe",
            })
    void read_wrongConfig_isRefusedWithTheField(String name, String change, String fact, String hint) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = (ObjectNode) mapper.readTree(config(name).toFile());
        config.setAll((ObjectNode) mapper.readTree(change));
        JsonView root = JsonDocument.parse("config.json", config.toString().getBytes(UTF_8));

        assertThatThrownBy(() -> HuggingFaceConfig.read("x", root))
                .isInstanceOf(CatalogException.class)
                .hasMessageStartingWith("config.json: " + fact)
                .satisfies(e -> assertThat(e.getMessage().split("\n", -1)).hasSize(2))
                .hasMessageContaining("\n" + hint);
    }

    @Test
    void read_fieldOfTheLanguagePart_isNamedWithItsPath() throws IOException {
        JsonView root = JsonDocument.parse(
                "config.json", "{\"text_config\": {\"num_hidden_layers\": 2, \"hidden_size\": 0}}".getBytes(UTF_8));

        assertThatThrownBy(() -> HuggingFaceConfig.read("x", root))
                .hasMessageStartingWith("config.json: text_config.hidden_size: must be a whole number from 1");
    }

    private static Object attentionOf(String name) throws Exception {
        return HuggingFaceConfig.read(name, config(name)).architecture().attention();
    }

    private static WeightFormat weightsOf(String name) throws Exception {
        return HuggingFaceConfig.read(name, config(name)).weights();
    }

    static Path config(String name) throws URISyntaxException {
        URL url = Objects.requireNonNull(HuggingFaceConfigTest.class.getResource(name + ".json"), name);
        return Path.of(url.toURI());
    }
}
