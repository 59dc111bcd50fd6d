// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.hash.HashVectors.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Computes every shared hash vector by the shape of its input, so that vectors which are not in the file yet work, too.
 * Everything that a vector expects must be computed; nothing is passed over.
 */
class HashVectorsTest {
    private static final Path SHARED =
            Path.of(System.getProperty("pointsman.root", ".")).resolve("../shared/reference/kvindex-vectors.json");

    @TestFactory
    Stream<DynamicTest> everyVector() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.vectors", SHARED.toString()));
        Assumptions.assumeTrue(Files.exists(file), "no hash vectors at " + file);
        return HashVectors.read(file).stream()
                .map(vector -> DynamicTest.dynamicTest(vector.toString(), () -> {
                    Map<String, Object> computed = compute(vector);
                    Map<String, Object> expected = new LinkedHashMap<>();
                    vector.expected().forEach((name, value) -> expected.put(name, normal(name, value)));
                    computed.keySet().retainAll(expected.keySet());

                    assertThat(computed).isEqualTo(expected);
                }));
    }

    private static Map<String, Object> compute(Vector vector) {
        String scheme = vector.scheme().toLowerCase(Locale.ROOT);
        if (vector.input().containsKey("digestHex")) {
            return wire(vector);
        } else if (scheme.startsWith("llm-d")) {
            return llmd(vector, scheme.contains("xxh64"));
        } else if (scheme.startsWith("dynamo")) {
            return dynamo(vector);
        } else if (scheme.startsWith("vllm")) {
            return vllm(vector, scheme);
        } else if (scheme.startsWith("sglang")) {
            return sglang(vector);
        } else if (scheme.startsWith("aibrix")) {
            return aibrix(vector);
        }
        throw new AssertionError("no such scheme: " + vector.scheme());
    }

    private static Map<String, Object> llmd(Vector vector, boolean xxh64) {
        String seed = vector.text("hashSeed");
        LlmdBlockHasher hasher = new LlmdBlockHasher(
                xxh64 ? LlmdBlockHasher.Algorithm.XXH64 : LlmdBlockHasher.Algorithm.CBOR_FNV,
                vector.number("blockSize"),
                seed == null ? "" : seed);
        String lora = vector.text("lora");
        String name = lora == null ? String.valueOf(vector.text("model")) : lora;
        long root = hasher.root(name);
        Object parent = vector.input().get("parentKey");
        List<@Nullable List<String>> features = new ArrayList<>();
        for (Object feature : HashVectors.list(vector.input().get("extraFeatures"))) {
            features.add(
                    feature == null
                            ? null
                            : HashVectors.list(feature).stream()
                                    .map(String::valueOf)
                                    .toList());
        }
        long[] keys = hasher.hashAfter(parent == null ? root : HashVectors.word(parent), vector.tokens(), features);
        if (parent == null && features.isEmpty()) {
            assertThat(hasher.hash(name, vector.tokens())).isEqualTo(keys);
        }
        return results(
                "initHash", hasher.initialHash(), "modelRoot", root, "keys", words(keys), "keysDecimal", words(keys));
    }

    private static Map<String, Object> dynamo(Vector vector) {
        DynamoBlockHasher hasher = new DynamoBlockHasher(
                vector.number("blockSize"),
                vector.text("lora"),
                vector.text("salt"),
                Boolean.TRUE.equals(vector.input().get("eagle")));
        List<long[]> multimodal = HashVectors.list(vector.input().get("mm")).stream()
                .map(objects -> HashVectors.list(objects).stream()
                        .mapToLong(HashVectors::word)
                        .toArray())
                .toList();
        long[] local = hasher.localHashes(vector.tokens(), multimodal);
        List<Object> sequence = words(DynamoBlockHasher.sequenceHashes(local));
        return results(
                "seed", hasher.seed(),
                "localHashes", words(local),
                "localDecimal", words(local),
                "seqHashes", sequence,
                "seqDecimal", sequence);
    }

    private static Map<String, Object> vllm(Vector vector, String scheme) {
        VllmHashAlgorithm algorithm = algorithm(scheme);
        Map<String, @Nullable Object> input = vector.input();
        List<@Nullable Object> blocks = HashVectors.list(input.get("blocks"));
        int[] tokens = blocks.isEmpty()
                ? vector.tokens()
                : blocks.stream()
                        .flatMapToInt(block -> Arrays.stream(
                                HashVectors.ids(HashVectors.map(block).get("tokens"))))
                        .toArray();
        int blockSize = blocks.isEmpty() ? vector.number("blockSize") : tokens.length / blocks.size();
        String seed = vector.text("PYTHONHASHSEED") != null ? vector.text("PYTHONHASHSEED") : vector.text("noneSeed");
        VllmBlockHasher hasher = seed == null
                ? new VllmBlockHasher(algorithm, blockSize)
                : new VllmBlockHasher(algorithm, blockSize, seed);

        List<VllmExtraKeys> extraKeys = new ArrayList<>();
        for (Object keys : HashVectors.list(input.get("extraKeys"))) {
            extraKeys.add(extraKeys(keys));
        }
        for (Object block : blocks) {
            extraKeys.add(extraKeys(HashVectors.map(block).get("extraKeys")));
        }
        List<byte[]> hashes = hasher.hash(tokens, extraKeys);
        assertThat(extraKeys.isEmpty() ? hasher.hash(tokens) : hashes).containsExactlyElementsOf(hashes);

        Map<String, Object> byVariant = new LinkedHashMap<>();
        HashVectors.map(input.get("extraKeysVariants"))
                .forEach((name, keys) ->
                        byVariant.put(name, hex(hasher.next(hasher.noneHash(), tokens, 0, extraKeys(keys)))));
        List<Object> numbers =
                words(hashes.stream().mapToLong(DigestWords::last).toArray());
        Map<String, Object> computed = results(
                "noneHash", hex(hasher.noneHash()),
                "hashes", hashes.stream().map(HashVectorsTest::hex).toList(),
                "eventInt64", numbers,
                "eventUint64", numbers,
                "firstBlockHash", byVariant);
        if (vector.expected().containsKey("secondBlockHash")) {
            computed.put("secondBlockHash", hex(hashes.get(1)));
            computed.put("eventUint64", numbers.get(1));
        }
        return computed;
    }

    private static VllmHashAlgorithm algorithm(String scheme) {
        if (scheme.contains("sha256_cbor")) {
            return VllmHashAlgorithm.SHA256_CBOR;
        } else if (scheme.contains("xxhash_cbor")) {
            return VllmHashAlgorithm.XXHASH_CBOR;
        }
        return scheme.contains("xxhash") ? VllmHashAlgorithm.XXHASH : VllmHashAlgorithm.SHA256;
    }

    private static VllmExtraKeys extraKeys(@Nullable Object keys) {
        return keys == null ? VllmExtraKeys.NONE : VllmExtraKeys.of(bytesRead(HashVectors.list(keys)));
    }

    /** Reads bytes, which are written as texts that begin with {@code hex:}. */
    private static List<@Nullable Object> bytesRead(List<@Nullable Object> values) {
        List<@Nullable Object> read = new ArrayList<>();
        for (Object value : values) {
            if (value instanceof List<?>) {
                read.add(bytesRead(HashVectors.list(value)));
            } else if (value instanceof String text && text.startsWith("hex:")) {
                read.add(HexFormat.of().parseHex(text.substring(4)));
            } else {
                read.add(value);
            }
        }
        return read;
    }

    private static Map<String, Object> sglang(Vector vector) {
        int pageSize = vector.number("pageSize");
        SglangPageHasher hasher = new SglangPageHasher(pageSize, vector.text("cacheSalt"));
        List<byte[]> pages = new ArrayList<>();
        List<@Nullable Object> bigrams = HashVectors.list(vector.input().get("bigrams"));
        if (bigrams.isEmpty()) {
            pages.addAll(hasher.hash(vector.tokens()));
        } else {
            int[] words = bigrams.stream()
                    .flatMapToInt(pair -> Arrays.stream(HashVectors.ids(pair)))
                    .toArray();
            byte[] last = hasher.saltSeed();
            for (int from = 0; from + 2 * pageSize <= words.length; from += 2 * pageSize) {
                last = hasher.next(last, words, from, from + 2 * pageSize);
                pages.add(last);
            }
        }
        Map<String, Object> computed = results(
                "hashes", pages.stream().map(HashVectorsTest::hex).toList(),
                "eventInt64", words(pages.stream().mapToLong(DigestWords::first).toArray()));
        byte[] saltSeed = hasher.saltSeed();
        if (saltSeed != null) {
            computed.put("saltSeed", hex(saltSeed));
        }
        return computed;
    }

    private static Map<String, Object> aibrix(Vector vector) {
        AibrixBlockHasher hasher = new AibrixBlockHasher(
                vector.number("blockSizeBytes"), HashVectors.word(vector.input().get("seed")));
        return results(
                "keys", words(hasher.hash(String.valueOf(vector.text("bytes")).getBytes(UTF_8))));
    }

    private static Map<String, Object> wire(Vector vector) {
        byte[] digest = HexFormat.of().parseHex(String.valueOf(vector.text("digestHex")));
        Map<String, Object> shortBytes = new LinkedHashMap<>();
        HashVectors.map(vector.expected().get("shortBytes"))
                .keySet()
                .forEach(hex ->
                        shortBytes.put(hex, DigestWords.last(HexFormat.of().parseHex(hex))));
        return results(
                "vllmLow64", DigestWords.last(digest),
                "sglangHigh64", DigestWords.first(digest),
                "shortBytes", shortBytes);
    }

    /** Returns an expected value in the form in which it is computed: digests as texts, all other numbers as longs. */
    private static Object normal(String name, Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(element -> normal(name, element)).toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> normal = new LinkedHashMap<>();
            map.forEach((key, element) -> normal.put(key, normal(name, element)));
            return normal;
        }
        String text = String.valueOf(value);
        boolean digest = value instanceof String && !text.startsWith("0x") && text.length() >= 32;
        return digest ? text : HashVectors.word(value);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static List<Object> words(long[] words) {
        return LongStream.of(words).<Object>mapToObj(Long::valueOf).toList();
    }

    private static Map<String, Object> results(Object... namesAndValues) {
        Map<String, Object> results = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            results.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return results;
    }
}
