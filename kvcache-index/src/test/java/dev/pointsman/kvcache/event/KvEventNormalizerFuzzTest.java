// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Any events are normalized or dropped and counted. Runs over the checked-in inputs only, but for profile {@code fuzz}. */
class KvEventNormalizerFuzzTest {
    private static final @Nullable String[] MEDIA = {null, "GPU", "CPU", "DISK", "EXTERNAL", "mars"};
    private static final @Nullable String[] KINDS = {null, "full_attention", "sliding_window", "mamba"};
    private static final @Nullable String[] OWNERS = {null, null, "kvcr", "agent"};
    private static final @Nullable String[] LOCALITIES = {null, "LOCAL", "REMOTE"};

    @FuzzTest(maxDuration = "1m")
    void normalize(FuzzedDataProvider input) {
        KvEventNormalizer normalizer =
                new KvEventNormalizer(input.consumeBoolean(), input.consumeBoolean(), new DropCounts());
        long events = 0;
        long operations = 0;
        while (input.remainingBytes() > 0) {
            KvEventBatch batch = batch(input);
            events += batch.events().size();
            // A move to nowhere is both dropped and a removal.
            events +=
                    batch.events().stream().filter(BlockMoved.class::isInstance).count();
            for (KvOperation operation : normalizer.normalize(batch)) {
                operations += operation instanceof KvOperation.Clear ? 0 : 1;
                if (operation instanceof KvOperation.Store store) {
                    check(store);
                }
            }
        }

        assertThat(operations + normalizer.drops().total()).isLessThanOrEqualTo(events);
    }

    private static void check(KvOperation.Store store) {
        BlockStored event = store.event();
        assertThat(store.firstToken()).isNotNegative();
        if (event.tokens().length > 0) {
            assertThat(event.tokens().length).isEqualTo(store.firstToken() + event.blocks() * event.blockSize());
        }
        assertThat(event.locality()).isNotEqualTo("REMOTE");
        assertThat(event.ownership()).isNotEqualTo("kvcr");
        Set<Long> named = new HashSet<>();
        for (long hash : event.hashes()) {
            assertThat(named.add(hash)).isTrue();
            assertThat(event.hasParent() && hash == event.parent()).isFalse();
        }
    }

    private static KvEventBatch batch(FuzzedDataProvider input) {
        List<KvEvent> events = new ArrayList<>();
        int count = input.consumeInt(0, 6);
        for (int i = 0; i < count; i++) {
            events.add(event(input));
        }
        return new KvEventBatch(1, OptionalInt.empty(), events);
    }

    private static KvEvent event(FuzzedDataProvider input) {
        switch (input.consumeInt(0, 5)) {
            case 0:
                return new AllBlocksCleared(input.pickValue(OWNERS));
            case 1:
                return new BlockMoved(input.consumeByte(), "GPU", input.consumeBoolean() ? "CPU" : "mars");
            case 2:
                return BlockRemoved.builder(hashes(input))
                        .medium(input.pickValue(MEDIA))
                        .group(input.consumeInt(-1, 5000))
                        .locality(input.pickValue(LOCALITIES))
                        .ownership(input.pickValue(OWNERS))
                        .build();
            default:
                BlockStored.Builder stored = BlockStored.builder(input.consumeInt(-1, 8), hashes(input))
                        .tokens(input.consumeInts(input.consumeInt(0, 64)))
                        .medium(input.pickValue(MEDIA))
                        .group(input.consumeInt(-1, 5000))
                        .kind(input.pickValue(KINDS))
                        .locality(input.pickValue(LOCALITIES))
                        .ownership(input.pickValue(OWNERS));
                return input.consumeBoolean()
                        ? stored.parent(input.consumeByte()).build()
                        : stored.build();
        }
    }

    private static long[] hashes(FuzzedDataProvider input) {
        long[] hashes = new long[input.consumeInt(0, 24)];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = input.consumeByte();
        }
        return hashes;
    }
}
