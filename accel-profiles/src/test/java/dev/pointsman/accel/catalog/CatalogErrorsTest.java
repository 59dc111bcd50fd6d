// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.model.ModelCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong in a file is refused with the file, the place, the value and what would be right. */
final class CatalogErrorsTest {
    @TempDir
    private Path folder;

    private static String whole(String more) {
        return """
                {"id": "x", "vendor": "V", "family": "f", "peakTflops": {"bf16": 1}, "memoryGiB": 1,
                 "memoryGigabytesPerSecond": 1%s}""".formatted(more);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"tdpWats\": 1 | accelerators[0].tdpWats | is not a field that is known here. | Maybe tdpWatts was meant; there are",
                "\"tdpWatts\": \"1\" | accelerators[0].tdpWatts | must be a finite number above 0, but was the text \"1\". | Maybe remove the quotes",
                "\"tdpWatts\": \"NaN\" | accelerators[0].tdpWatts | must be a finite number above 0, but was the text \"NaN\". | Maybe remove the quotes",
                "\"tdpWatts\": 1e999 | accelerators[0].tdpWatts | must be a finite number above 0 | Maybe",
                "\"tdpWatts\": -5 | accelerators[0].tdpWatts | must be a finite number above 0, but was -5. | Maybe the unit",
                "\"tdpWatts\": [] | accelerators[0].tdpWatts | must be a finite number above 0, but was a list. | Maybe",
                "\"usableMemoryGiB\": 2 | accelerators[0].usableMemoryGiB | must be at most memoryGiB (1.0), but was 2.0. | Maybe one of the two is in GB",
                "\"links\": {\"scale-up\": {\"technology\": \"t\", \"gigabytesPerSecond\": 0, \"chips\": 8}} | accelerators[0].links.scale-up.gigabytesPerSecond | must be a finite number above 0, but was 0. | Maybe",
                "\"links\": {\"scale-up\": {\"technology\": \"t\", \"gigabytesPerSecond\": 1, \"chips\": 1}} | accelerators[0].links.scale-up.chips | must be a whole number from 2 to 1048576, but was 1. | Maybe",
                "\"links\": {\"scale-up\": {\"technology\": \"t\", \"gigabytesPerSecond\": 1}} | accelerators[0].links.scale-up.chips | must be a whole number from 2 to 1048576, but is missing. | Maybe it is misspelt; there are: technology, gigabytesPerSecond.",
                "\"links\": {\"scale-up\": {\"technology\": \"t\", \"gigabytesPerSecond\": 1, \"peerGigabytesPerSecond\": 2, \"chips\": 8}} | accelerators[0].links.scale-up.peerGigabytesPerSecond | must be at most gigabytesPerSecond (1.0), but was 2.0. | Maybe one of the two counts both directions.",
                "\"links\": {\"nvlink\": {}} | accelerators[0].links.nvlink | is not a field that is known here. | Maybe",
                "\"links\": 5 | accelerators[0].links | must be an object, but was 5. | Maybe",
                "\"prices\": [{\"usdPerHour\": 0}] | accelerators[0].prices[0].usdPerHour | must be a finite number above 0, but was 0. | Maybe",
                "\"prices\": [{\"usdPerHour\": 1, \"kind\": \"lst\"}] | accelerators[0].prices[0].kind | no kind of price is called lst. | Maybe list was meant",
                "\"prices\": [{\"usdPerHour\": 1, \"kind\": \"list\", \"basis\": \"b\", \"asOf\": \"yesterday\"}] | accelerators[0].prices[0].asOf | must be a day such as 2026-11-25, but was yesterday. | Maybe write it as year-month-day.",
                "\"aliases\": [\"y\", 5] | accelerators[0].aliases[1] | must be a text that is not blank, but was 5. | Maybe",
                "\"aliases\": [\"H-100\"] | accelerators[0] | must have names of its own, but H-100 is also a name of the accelerator h100-sxm. | Maybe remove it from aliases",
                "\"name\": \" \" | accelerators[0].name | must be a text that is not blank | Maybe",
            })
    void with_wrongField_isRefused(String field, String path, String fact, String hint) throws IOException {
        Path file = write("{\"accelerators\": [" + whole(", " + field) + "]}");

        refused(file, path, fact, hint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"accelerators\": [{\"vendor\": \"V\"}]} | accelerators[0].id | must be a text, but is missing. | Maybe it is misspelt; there are: vendor.",
                "{\"accelerators\": [{\"id\": \"a b\"}]} | accelerators[0].id | must start with a letter or digit | Maybe put the name in words",
                "{\"accelerators\": [{\"id\": \"new-one\"}]} | accelerators[0].memoryGiB | must be a number above 0, but is missing. | Maybe",
                "{\"accelerators\": [{\"id\": \"n\", \"extends\": \"h200-sx\"}]} | accelerators[0].extends | no accelerator is called h200-sx. | Maybe h200-sxm was meant",
                "{\"accelerators\": [{\"id\": \"l4\", \"peakTflops\": {\"bf17\": 1}}]} | accelerators[0].peakTflops.bf17 | no data type is called bf17. | Maybe bf16 was meant",
                "{\"accelerators\": [{\"id\": \"l4\", \"peakTflops\": {\"mxfp4\": 1}}]} | accelerators[0].peakTflops.mxfp4 | must be the peak of a data type that is multiplied as it is | Maybe give the peak of fp4",
                "{\"accelerators\": [{\"id\": \"l4\", \"peakTflops\": {\"bfloat16\": 1}}]} | accelerators[0].peakTflops.bfloat16 | must be there once, but bf16 has two names here. | Maybe remove one.",
                "{\"accelerators\": [{\"id\": \"l4\", \"peakTflops\": {\"bf16\": null, \"fp16\": null}}]} | accelerators[0].peakTflops | must have the peak of bf16 or fp16, but has neither. | Maybe",
                "{\"accelerators\": [{\"id\": \"l4\", \"memoryGigabytesPerSecond\": 0}]} | accelerators[0].memoryGigabytesPerSecond | must be a finite number above 0, but was 0. | Maybe",
                "{\"accelerators\": [{\"id\": \"l4\", \"memoryGigabytesPerSecond\": 3e11}]} | accelerators[0].memoryGigabytesPerSecond | must be at most 1000000.0, but was 3.0E11. | Maybe the unit",
                "{\"accelerators\": [{\"id\": \"l4\"}, {\"id\": \"l4\"}]} | accelerators[1].id | must be unique in a file, but l4 is there twice. | Maybe one is a copy.",
                "{\"accelerators\": [{\"id\": \"L-4\", \"extends\": \"l4\"}]} | accelerators[0] | must have names of its own, but L-4 is also a name of the accelerator l4. | Maybe",
                "{\"accelerators\": {}} | accelerators | must be a list, but was an object. | Maybe",
                "{\"accelerators\": [5]} | accelerators[0] | must be an object, but was 5. | Maybe",
                "{\"chips\": []} | chips | is not a field that is known here. | Maybe",
                "{\"prices\": [{\"accelerator\": \"l5\"}]} | prices[0].accelerator | no accelerator is called l5. | Maybe l4 was meant",
                "{\"prices\": [{\"accelerator\": \"l4\", \"usdPerHour\": 1, \"asOf\": \"2026-11-01\"}, {\"accelerator\": \"l4\", \"usdPerHour\": 2, \"asOf\": \"2026-11-01\"}]} | prices[1].accelerator | must have one price for a kind and basis, but l4 has two. | Maybe",
                "{\"accelerators\": [], \"accelerators\": []} | line 1, column | is not JSON that can be read: Duplicate | Maybe",
                "{\"accelerators\": [NaN]} | line 1, column | is not JSON that can be read: Non-standard token 'NaN' | Maybe",
                "{} {} | line 1, column | is not JSON that can be read | Maybe",
                "[] | `` | must be a JSON object, but is a list. | Maybe wrap it",
                "{\"accelerators\": [{} | line 1, column | is not JSON that can be read: Unexpected end-of-input | Maybe a comma",
            })
    void with_wrongFile_isRefused(String json, String path, String fact, String hint) throws IOException {
        refused(write(json), path, fact, hint);
    }

    private static void refused(Path file, String path, String fact, String hint) {
        AcceleratorCatalog catalog = AcceleratorCatalog.shipped();
        String before = catalog.all().toString();

        CatalogException refusal = catchThrowableOfType(CatalogException.class, () -> catalog.with(file));

        assertThat(refusal.file()).isEqualTo(file.toString());
        assertThat(refusal.path()).startsWith(path);
        String[] lines = refusal.getMessage().split("\n", -1);
        assertThat(lines).hasSize(2);
        assertThat(lines[0]).startsWith(file + ": " + path).contains(fact);
        assertThat(lines[1]).startsWith(hint).endsWith(".");
        assertThat(catalog.all()).hasToString(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"layers\": 0 | models[0].layers | must be a whole number from 1 to",
                "\"layers\": 30.5 | models[0].layers | must be a whole number from 1 to 1073741824, but was 30.5.",
                "\"layers\": 5 | models[0].attention | must be at most the 5 layers of the model, but was 32.",
                "\"attention\": {\"kvHeads\": 5} | models[0].attention.heads | must be a multiple of the 5 kvHeads, but was 32.",
                "\"attention\": {\"kvHeads\": 0} | models[0].attention.kvHeads | must be a whole number from 1 to 1073741824, but was 0.",
                "\"attention\": {\"kind\": \"grouped\"} | models[0].attention.kind | no kind of attention is called grouped.",
                "\"attention\": {\"kind\": \"latent\", \"layers\": 32} | models[0].attention.heads | must be a whole number from 1 to 1073741824, but is missing.",
                "\"attention\": {\"headDim\": 1000000} | models[0].attention.headDim | must be between 1 and 16384, but was 1000000.",
                "\"feedForward\": {\"denseLayers\": 0} | models[0].feedForward | must have dense layers or experts, but has neither.",
                "\"feedForward\": {\"experts\": {\"layers\": 1, \"count\": 4, \"active\": 5, \"intermediate\": 1}} | models[0].feedForward.experts.active | must be at most the 4 experts there are, but was 5.",
                "\"feedForward\": {\"matrices\": 4} | models[0].feedForward.matrices | must be a whole number from 2 to 3, but was 4.",
                "\"weights\": {\"linear\": \"fp9\"} | models[0].weights.linear | no data type is called fp9.",
                "\"kvHead\": 8 | models[0].kvHead | is not a field that is known here.",
                "\"published\": {\"parameters\": 8} | models[0].published.parameters | is not a field that is known here.",
            })
    void withModels_wrongField_isRefused(String field, String path, String fact) throws IOException {
        Path file = write("{\"models\": [{\"id\": \"llama-3.1-8b\", " + field + "}]}");

        assertThatThrownBy(() -> ModelCatalog.shipped().with(file))
                .isInstanceOf(CatalogException.class)
                .hasMessageStartingWith(file + ": " + path + ": " + fact)
                .hasMessageContaining("\nMaybe ");
    }

    @Test
    void with_fileThatIsNotThere_saysSo() {
        assertThatThrownBy(() -> AcceleratorCatalog.shipped().with(folder.resolve("none.json")))
                .isInstanceOf(CatalogException.class)
                .hasMessage(folder.resolve("none.json")
                        + ": is not a file that can be read.\nMaybe the path is wrong, or names a folder.");
        assertThatThrownBy(() -> AcceleratorCatalog.shipped().with(folder))
                .hasMessageContaining("is not a file that can be read");
    }

    @Test
    void with_largeOrDeepFile_isRefused() throws IOException {
        Path large = write("{\"about\": \"" + " ".repeat(5 << 20) + "\"}");
        Path deep = write("{\"about\": " + "[".repeat(1000) + "]".repeat(1000) + "}");

        assertThatThrownBy(() -> AcceleratorCatalog.shipped().with(large))
                .hasMessageContaining("must be at most 4194304 bytes, but is larger.\nMaybe it is another file");
        assertThatThrownBy(() -> AcceleratorCatalog.shipped().with(deep))
                .isInstanceOf(CatalogException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void with_bytesThatAreNoText_areRefused() throws IOException {
        Path file =
                Files.write(folder.resolve("bytes.json"), new byte[] {'{', '"', (byte) 0xFF, (byte) 0xFE, '"', '}'});

        assertThatThrownBy(() -> AcceleratorCatalog.shipped().with(file)).isInstanceOf(CatalogException.class);
    }

    private Path write(String json) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "own", ".json"), json);
    }
}
