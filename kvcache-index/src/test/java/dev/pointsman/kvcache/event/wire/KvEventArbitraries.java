// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockMoved;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.ExtraKey;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random batches that a form of the wire can say in full. */
final class KvEventArbitraries {
    private static final Arbitrary<Long> HASHES = Arbitraries.oneOf(
            Arbitraries.longs(), Arbitraries.of(0L, 1L, 127L, 128L, 65536L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
    private static final Arbitrary<String> TEXTS =
            Arbitraries.strings().alpha().numeric().withChars('é', '漢', ' ').ofMaxLength(40);
    private static final Arbitrary<Integer> TOKENS = Arbitraries.oneOf(
            Arbitraries.integers(), Arbitraries.integers().between(0, 200_000), Arbitraries.of(0, 127, 128, 255, 256));

    private KvEventArbitraries() {}

    /** Makes batches for vLLM's and SGLang's forms. */
    static Arbitrary<KvEventBatch> batches(WireForm form) {
        return Combinators.combine(
                        Arbitraries.doubles(),
                        Arbitraries.integers().between(-1, 300),
                        events(form).list().ofMaxSize(5))
                .as((timestamp, rank, events) ->
                        new KvEventBatch(timestamp, rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank), events));
    }

    private static Arbitrary<KvEvent> events(WireForm form) {
        Arbitrary<String> owners = Arbitraries.of("kvcr", "agent").injectNull(0.5);
        return Arbitraries.oneOf(
                stores(form),
                stores(form),
                removals(form),
                form == WireForm.VLLM_MAP || form == WireForm.VLLM_MAP_INTEGERS
                        ? owners.map(AllBlocksCleared::new)
                        : Arbitraries.just(new AllBlocksCleared()));
    }

    private static Arbitrary<BlockStored> stores(WireForm form) {
        boolean vllmMap = form.isMap() && !form.isSglang();
        Arbitrary<BlockStored.Builder> stores = Combinators.combine(
                        HASHES.array(long[].class).ofMaxSize(6),
                        TOKENS.array(int[].class).ofMaxSize(24),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 100))
                .as((hashes, tokens, bigrams, blockSize) -> {
                    BlockStored.Builder stored = BlockStored.builder(blockSize, hashes);
                    return bigrams && tokens.length > 0
                            ? stored.bigrams(tokens, tokens.clone())
                            : stored.tokens(tokens);
                });
        stores = maybe(stores, HASHES, BlockStored.Builder::parent);
        stores = maybe(stores, Arbitraries.longs(), BlockStored.Builder::loraId);
        if (form.isMap() || form.elements >= 7) {
            stores = maybe(stores, TEXTS, BlockStored.Builder::medium);
        }
        if (vllmMap || (!form.isSglang() && form.elements >= 8)) {
            stores = maybe(stores, TEXTS, BlockStored.Builder::loraName);
        }
        if (vllmMap || form.elements >= 9) {
            stores = maybe(stores, extraKeys(), BlockStored.Builder::extraKeys);
        }
        if (vllmMap || form.elements >= 10) {
            stores = maybe(stores, Arbitraries.integers().between(0, 1000), BlockStored.Builder::group);
        }
        if (vllmMap || form.elements >= 12) {
            stores = maybe(
                    stores,
                    Arbitraries.of("full_attention", "mla_attention", "sliding_window", "mamba", "unknown"),
                    BlockStored.Builder::kind);
            stores = maybe(stores, Arbitraries.integers().between(0, 1 << 20), BlockStored.Builder::window);
        }
        if (vllmMap || form.elements >= 13) {
            stores = maybe(stores, Arbitraries.of("LOCAL", "REMOTE"), BlockStored.Builder::locality);
        }
        if (vllmMap || form.elements >= 14) {
            stores = maybe(stores, Arbitraries.of("kvcr", "agent"), BlockStored.Builder::ownership);
        }
        if (form.isMap() || form.elements >= 15 || form == WireForm.SGLANG_METADATA) {
            stores = maybe(stores, TEXTS.map(text -> "s" + text), BlockStored.Builder::sessionId);
        }
        if ((form.isMap() && form.isSglang()) || form == WireForm.SGLANG_METADATA) {
            stores = maybe(stores, TEXTS, BlockStored.Builder::cacheSalt);
        }
        return stores.map(BlockStored.Builder::build);
    }

    private static Arbitrary<KvEvent> removals(WireForm form) {
        boolean vllmMap = form.isMap() && !form.isSglang();
        Arbitrary<BlockRemoved.Builder> removals =
                HASHES.array(long[].class).ofMaxSize(6).map(BlockRemoved::builder);
        if (form.isMap() || form.elements >= 7) {
            removals = maybe(removals, TEXTS, BlockRemoved.Builder::medium);
        }
        if (vllmMap || form.elements >= 10) {
            removals = maybe(removals, Arbitraries.integers().between(0, 1000), BlockRemoved.Builder::group);
        }
        if (vllmMap || form.elements >= 13) {
            removals = maybe(removals, Arbitraries.of("LOCAL", "REMOTE"), BlockRemoved.Builder::locality);
        }
        if (vllmMap || form.elements >= 14) {
            removals = maybe(removals, Arbitraries.of("kvcr", "agent"), BlockRemoved.Builder::ownership);
        }
        return removals.map(BlockRemoved.Builder::build);
    }

    private static Arbitrary<List<List<ExtraKey>>> extraKeys() {
        Arbitrary<String> hex = Arbitraries.strings()
                .withCharRange('0', '9')
                .withCharRange('a', 'f')
                .ofLength(8);
        Arbitrary<ExtraKey> keys = Arbitraries.oneOf(
                TEXTS.map(ExtraKey.Text::new),
                Combinators.combine(TEXTS, Arbitraries.longs()).as(ExtraKey.Media::new),
                hex.map(ExtraKey.Digest::new),
                Arbitraries.longs().map(ExtraKey.Numeric::new));
        return keys.list().ofMaxSize(3).list().ofMaxSize(4);
    }

    /** Makes events that TensorRT-LLM can say, in blocks of 4 tokens. */
    static Arbitrary<List<KvEvent>> tensorRtLlmEvents() {
        return Arbitraries.<KvEvent>oneOf(
                        tensorRtLlmStores(),
                        HASHES.array(long[].class)
                                .ofMaxSize(5)
                                .map(hashes -> BlockRemoved.builder(hashes)
                                        .everyMedium()
                                        .build()),
                        Combinators.combine(HASHES, Arbitraries.of(true, false))
                                .as((hash, down) -> new BlockMoved(hash, down ? "GPU" : "CPU", down ? "CPU" : "GPU")))
                .list()
                .ofMaxSize(6);
    }

    private static Arbitrary<BlockStored> tensorRtLlmStores() {
        Arbitrary<BlockStored.Builder> stores = Arbitraries.integers()
                .between(1, 5)
                .flatMap(blocks -> Combinators.combine(
                                HASHES.array(long[].class).ofSize(blocks),
                                TOKENS.array(int[].class).ofSize(4 * blocks),
                                Arbitraries.of("GPU", "CPU"))
                        .as((hashes, tokens, medium) ->
                                BlockStored.builder(4, hashes).tokens(tokens).medium(medium)));
        stores = maybe(stores, HASHES, BlockStored.Builder::parent);
        stores = maybe(stores, Arbitraries.longs(), BlockStored.Builder::loraId);
        stores = maybe(stores, TEXTS, BlockStored.Builder::cacheSalt);
        Arbitrary<ExtraKey> media =
                Combinators.combine(TEXTS, Arbitraries.longs()).as(ExtraKey.Media::new);
        return Combinators.combine(stores, media.list().ofMaxSize(2).list().ofSize(5))
                .as((builder, keys) -> {
                    int blocks = builder.build().blocks();
                    return builder.extraKeys(keys.subList(0, blocks)).build();
                });
    }

    /** Sets a field in half of the cases. */
    private static <B, V> Arbitrary<B> maybe(Arbitrary<B> builders, Arbitrary<V> values, BiFunction<B, V, B> setter) {
        return Combinators.combine(builders, values, Arbitraries.of(true, false))
                .as((builder, value, set) -> set ? setter.apply(builder, value) : builder);
    }
}
