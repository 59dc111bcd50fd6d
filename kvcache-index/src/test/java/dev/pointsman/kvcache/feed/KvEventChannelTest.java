// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.wire.KvEventEncoder;
import dev.pointsman.kvcache.event.wire.KvEventFormatException;
import dev.pointsman.kvcache.event.wire.TensorRtLlmBatch;
import dev.pointsman.kvcache.event.wire.TensorRtLlmDecoder;
import dev.pointsman.kvcache.event.wire.WireForm;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import dev.pointsman.kvcache.feed.MissExplanation.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KvEventChannelTest {
    private static final TokenSource PROMPT = TokenSource.of(1, 2, 3, 4, 5);

    private final TieredPrefixIndex index = RadixPrefixIndex.builder().build();
    private final List<String> heard = new ArrayList<>();
    private final KvEventChannel channel =
            KvEventChannel.builder(index, 0, "m", 4).listener(new Words()).build(0);

    private static byte[] batch(KvEvent... events) {
        return new KvEventEncoder(WireForm.VLLM_MAP).encode(new KvEventBatch(1, OptionalInt.empty(), List.of(events)));
    }

    private static BlockStored.Builder stored(long name) {
        return BlockStored.builder(4, name).tokens(1, 2, 3, 4).medium("GPU");
    }

    private MissExplanation why(@Nullable String lora) {
        return channel.explainMiss(PROMPT, 4, "m", lora, null);
    }

    @Test
    void payloads_reachTheIndexAndTheListener() {
        channel.live(0, batch(stored(1).build(), stored(2).medium("moon").build()), 0);
        channel.live(1, batch(BlockRemoved.builder(1).build()), 0);
        channel.live(1, batch(), 0);

        assertThat(heard)
                .containsExactly(
                        "stored 1",
                        "dropped UNKNOWN_MEDIUM 1",
                        "applied, behind 0",
                        "FRESH",
                        "removed 1",
                        "applied, behind 0",
                        "dropped DUPLICATE_BATCH 1");
        assertThat(channel.drops().total()).isEqualTo(2);
        assertThat(channel.applied()).isEqualTo(1);
        assertThat(index.size()).isZero();
    }

    @Test
    void offloadWithoutTokens_isFoundInTheHostsMemory() {
        channel.live(
                0,
                batch(
                        stored(1).build(),
                        BlockStored.builder(0, 1, 9).medium("CPU").build()),
                0);
        channel.live(1, batch(BlockRemoved.builder(1).medium("GPU").build()), 0);

        PrefixMatches matches = new PrefixMatches();
        long[] hashes = new long[1];
        BlockHasher hasher = new BlockHasher(4);
        hasher.hashTokens(PROMPT, hasher.namespace("m", null, null, List.of()), hashes);
        index.match(hashes, 1, matches);
        assertThat(matches.blocks(0, Tier.HOST)).isEqualTo(1);
        assertThat(matches.leading(0)).isZero();
        assertThat(channel.drops().count(DropReason.UNKNOWN_BLOCK)).isEqualTo(1);
    }

    @Test
    void clearOfTheCache_dispelsWhatWasMissed() {
        channel.live(3, batch(stored(1).build()), 0);
        assertThat(channel.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);

        channel.live(4, batch(new AllBlocksCleared()), 0);

        assertThat(channel.health().state()).isEqualTo(State.FRESH);
        assertThat(index.size()).isZero();
    }

    @Test
    void batchThatIsReadableInPartOnly_isDoubted() {
        channel.live(
                0, new KvEventBatch(1, OptionalInt.empty(), List.of(stored(1).build()), 1, 0, "bad"), 10, 0, 0);

        assertThat(channel.health().doubt()).isEqualTo(Doubt.UNREADABLE_BATCH);
        assertThat(channel.drops().count(DropReason.MALFORMED_EVENT)).isEqualTo(1);
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void storeThatCannotBeRead_isMissedOnly() {
        channel.live(
                0, new KvEventBatch(1, OptionalInt.empty(), List.of(stored(1).build()), 2, 2, 0, "bad"), 10, 0, 0);
        assertThat(channel.health().doubt()).isEqualTo(Doubt.MISSING_HISTORY);

        channel.live(1, new KvEventBatch(1, OptionalInt.empty(), List.of(), 2, 1, 0, "bad"), 10, 1, 0);

        assertThat(channel.health().doubt()).isEqualTo(Doubt.UNREADABLE_BATCH);
        assertThat(channel.drops().count(DropReason.MALFORMED_EVENT)).isEqualTo(4);
    }

    @Test
    void listenerThatThrows_harmsNothing() {
        KvEventChannel other = KvEventChannel.builder(index, 1, "m", 4)
                .listener(new KvIndexListener() {
                    @Override
                    public void stored(int slot, Tier tier, int blocks) {
                        throw new IllegalStateException("a listener that fails");
                    }

                    @Override
                    public void healthChanged(int slot, EndpointHealth health) {
                        throw new IllegalStateException("a listener that fails");
                    }
                })
                .build(0);

        other.live(0, batch(stored(1).build()), 0);

        assertThat(other.health().state()).isEqualTo(State.FRESH);
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void anotherEngine_hasGroupsOfItsOwn() {
        channel.live(0, batch(stored(1).kind("sliding_window").group(0).build()), 0);
        channel.live(1, batch(stored(1).group(0).build()), 0);
        assertThat(index.size()).isZero();

        channel.live(0, batch(stored(1).group(0).build()), 0);

        assertThat(index.size()).isEqualTo(1);
        assertThat(channel.resumePoint()).isPresent();
    }

    @Test
    void missWhereTheIndexHadNoRoom_saysSo() {
        AtomicLong evicted = new AtomicLong(5);
        TieredPrefixIndex full = new PlainTieredIndex() {
            @Override
            public long evicted() {
                return evicted.get();
            }
        };
        KvEventChannel other = KvEventChannel.builder(full, 1, "m", 4).build(0);
        other.live(0, batch(stored(1).tokens(9, 9, 9, 9).build()), 0);
        assertThat(other.explainMiss(PROMPT, 4, "m", null, null).cause())
                .as("what was evicted before is of no account")
                .isEqualTo(Cause.NOT_HELD);

        evicted.set(8);

        MissExplanation why = other.explainMiss(PROMPT, 4, "m", null, null);
        assertThat(why.cause()).isEqualTo(Cause.INDEX_FULL);
        assertThat(why.words()).contains("evicted 3");
    }

    @Test
    void garbage_isCounted() {
        channel.live(0, "garbage".getBytes(UTF_8), 0);
        channel.live(-5, batch(), 0);
        channel.strange();

        assertThat(channel.drops().count(DropReason.MALFORMED_BATCH)).isEqualTo(3);
        assertThat(channel.health().doubt()).isEqualTo(Doubt.UNVERIFIED);
    }

    @Test
    void missOfAnEndpointThatWasNeverHeard_saysSo() {
        assertThat(why(null).cause()).isEqualTo(Cause.NEVER_HEARD);
    }

    @Test
    void missForAnotherAdapter_namesTheOneThatIsHeld() {
        channel.live(0, batch(stored(1).loraName("sql").build()), 0);

        assertThat(why("sql").cause()).isEqualTo(Cause.NO_MISS);
        assertThat(why(null).cause()).isEqualTo(Cause.NAMESPACE_DIFFERS);
        assertThat(why(null).words()).contains("LoRA adapter sql");
        assertThat(channel.explainMiss(PROMPT, 4, "other", "sql", null).cause()).isEqualTo(Cause.NAMESPACE_DIFFERS);
    }

    @Test
    void missInAnotherBlockSize_saysSo() {
        assertThat(channel.explainMiss(PROMPT, 5, "m", null, null).cause()).isEqualTo(Cause.BLOCK_SIZE_DIFFERS);
        assertThat(channel.explainMiss(PROMPT, 16, "m", null, null).cause()).isEqualTo(Cause.PROMPT_TOO_SHORT);
    }

    @Test
    void missWhileSomethingIsInDoubt_saysWhat() {
        channel.live(0, batch(stored(9).tokens(9, 9, 9, 9).build()), 0);
        channel.live(7, batch(), 0);

        assertThat(why(null).cause()).isEqualTo(Cause.NOT_FRESH);
        assertThat(why(null).words()).contains("lost");
    }

    @Test
    void missOfAnEndpointWhoseStoresWereAllDropped_saysWhy() {
        channel.live(0, batch(stored(1).medium("moon").build()), 0);

        assertThat(why(null).cause()).isEqualTo(Cause.ALL_DROPPED);
        assertThat(why(null).words()).contains("UNKNOWN_MEDIUM=1");
    }

    @Test
    void missOfAnEmptyOrOtherwiseFilledCache_saysSo() {
        channel.live(0, batch(stored(1).build()), 0);
        channel.live(1, batch(BlockRemoved.builder(1).medium("GPU").build()), 0);
        assertThat(why(null).cause()).isEqualTo(Cause.EMPTY);

        channel.live(2, batch(stored(2).tokens(7, 7, 7, 7).build()), 0);
        assertThat(why(null).cause()).isEqualTo(Cause.NOT_HELD);
        assertThat(why(null).words()).contains("holds 1 blocks");
    }

    @Test
    void anotherChannelOverWhatTheIndexHolds_goesOn() {
        byte[] last = batch(stored(2).tokens(5, 6, 7, 8).build());
        channel.live(0, batch(stored(1).build()), 0);
        channel.live(1, last, 0);
        List<Long> asked = new ArrayList<>();
        KvEventChannel other = KvEventChannel.builder(index, 0, "m", 4)
                .replays(new Asked(asked))
                .resume(channel.resumePoint().orElseThrow())
                .build(0);
        assertThat(other.applied()).isEqualTo(1);
        assertThat(other.health().doubt()).isEqualTo(Doubt.UNVERIFIED);

        other.connected(0);
        other.replayed(1, last, 0);
        other.replayed(2, batch(BlockRemoved.builder(2).build()), 0);
        other.replayEnded(0);

        assertThat(asked).containsExactly(1L);
        assertThat(other.health().state()).isEqualTo(State.FRESH);
        assertThat(other.feed().blocksHeld()).isEqualTo(1);
        assertThat(index.size()).isEqualTo(1);
    }

    @Test
    void anotherChannelOfAnotherEngine_forgetsWhatTheIndexHolds() {
        channel.live(0, batch(stored(1).build()), 0);
        KvEventChannel other = KvEventChannel.builder(index, 0, "m", 4)
                .replays(new Asked(new ArrayList<>()))
                .resume(channel.resumePoint().orElseThrow())
                .build(0);

        other.connected(0);
        other.replayed(0, batch(stored(2).build()), 0);

        assertThat(index.size()).isZero();
        assertThat(other.applied()).isEqualTo(-1);
    }

    @Test
    void endpointOfWhichMoreIsKnownThanTheIndexHolds_cannotBeGoneOnWith() {
        assertThat(channel.resumePoint()).as("nothing heard yet").isEmpty();
        channel.live(0, batch(stored(1).kind("full_attention").group(0).build()), 0);
        assertThat(channel.resumePoint()).isPresent();
        channel.live(1, batch(stored(1).kind("sliding_window").group(1).build()), 0);
        assertThat(channel.resumePoint()).as("groups of layers").isEmpty();

        KvEventChannel windows =
                KvEventChannel.builder(index, 1, "m", 4).windowOnlyRanks(true).build(0);
        windows.live(0, batch(stored(1).build()), 0);
        assertThat(windows.resumePoint()).as("windows that count").isEmpty();

        KvEventChannel larger = KvEventChannel.builder(index, 2, "m", 8).build(0);
        larger.live(0, batch(stored(1).build()), 0);
        assertThat(larger.resumePoint()).as("blocks of another size").isEmpty();
    }

    private void tensorRt(int first, String... events) throws KvEventFormatException {
        List<String> numbered = new ArrayList<>();
        for (int i = 0; i < events.length; i++) {
            numbered.add("{\"event_id\": " + (first + i) + ", \"data\": " + events[i] + "}");
        }
        byte[] json = ("[" + String.join(",", numbered) + "]").getBytes(UTF_8);
        for (TensorRtLlmBatch each : new TensorRtLlmDecoder(4).decode(json)) {
            channel.live(each, json.length, 0);
        }
    }

    private static String tensorRtStored(int name, int firstToken) {
        StringBuilder tokens = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            tokens.append(i == 0 ? "" : ",")
                    .append("{\"token_id\":")
                    .append(firstToken + i)
                    .append("}");
        }
        return "{\"type\":\"stored\",\"parent_hash\":null,\"blocks\":[{\"block_hash\":" + name
                + ",\"cache_level\":0,\"tokens\":[" + tokens + "]}]}";
    }

    @Test
    void eventsOfTensorRtLlm_areOneBatchForEachRunOfNumbers() throws KvEventFormatException {
        String created = "{\"type\":\"created\",\"num_blocks_per_cache_level\":[10,0]}";
        tensorRt(0, created, tensorRtStored(1, 1), tensorRtStored(2, 9));
        tensorRt(3, "{\"type\":\"removed\",\"block_hashes\":[2]}");

        assertThat(channel.health().state()).isEqualTo(State.FRESH);
        assertThat(channel.applied()).isEqualTo(3);
        assertThat(why(null).cause()).isEqualTo(Cause.NO_MISS);
        assertThat(index.size()).isEqualTo(1);

        tensorRt(5, tensorRtStored(3, 20));
        assertThat(channel.health().doubt()).isEqualTo(Doubt.LOST_BATCHES);
        tensorRt(0, created);
        assertThat(channel.health().state()).as("a restart mends all").isEqualTo(State.FRESH);
        assertThat(index.size()).isZero();
    }

    private record Asked(List<Long> from) implements KvEventChannel.ReplayRequests {
        @Override
        public void request(long sequence) {
            from.add(sequence);
        }

        @Override
        public void stop() {}
    }

    private final class Words implements KvIndexListener {
        @Override
        public void stored(int slot, Tier tier, int blocks) {
            heard.add("stored " + blocks);
        }

        @Override
        public void removed(int slot, Tier tier, int blocks) {
            heard.add("removed " + blocks);
        }

        @Override
        public void dropped(int slot, DropReason reason, long count) {
            heard.add("dropped " + reason + " " + count);
        }

        @Override
        public void batchApplied(int slot, double timestamp, long behind) {
            heard.add("applied, behind " + behind);
        }

        @Override
        public void healthChanged(int slot, EndpointHealth health) {
            heard.add(health.state().toString());
        }
    }
}
