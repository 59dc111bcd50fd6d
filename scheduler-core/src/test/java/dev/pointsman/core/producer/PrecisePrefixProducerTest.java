// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.core.producer.PreciseFleet.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.PrefixCacheScorer;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import dev.pointsman.kvcache.feed.KvEventChannel;
import dev.pointsman.kvcache.feed.KvIndexListener;
import dev.pointsman.kvcache.score.TierWeights;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrecisePrefixProducerTest {
    private static final String NAME = PrecisePrefixProducer.TYPE;

    // ---- what is written

    @Test
    void blocksThatTheIndexHolds_match() {
        PreciseFleet fleet = PreciseFleet.of("a", "b", "c");
        fleet.stores("a", prompt(3));
        fleet.stores("b", Tier.ACCELERATOR, prompt(5), 0, 2);
        fleet.stores("c", Tier.ACCELERATOR, prompt(5), 1, 5);

        TestCycle cycle = fleet.produced(prompt(5));

        assertThat(cycle.attribute(PrefixMatch.of(NAME))).isEqualTo(new PrefixMatch(5, BLOCK));
        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(NAME))).isEqualTo(Map.of("a", 3L, "b", 2L, "c", 0L));
        assertThat(cycle.notes()).isEmpty();
    }

    @Test
    void slowerTiers_weighLess_andTheyMayAlternate() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");
        fleet.stores("a", Tier.ACCELERATOR, prompt(4), 0, 1);
        fleet.stores("a", Tier.HOST, prompt(4), 1, 2);
        fleet.stores("a", Tier.ACCELERATOR, prompt(4), 2, 3);
        fleet.stores("a", Tier.STORAGE, prompt(4), 3, 4);

        assertThat(fleet.matched(prompt(4))).isEqualTo(Map.of("a", 4L, "b", 0L));
        assertThat(fleet.weighted(prompt(4)).get("a")).isEqualTo(3.05);
        assertThat(fleet.produced(prompt(4)).scoresById(new PrefixCacheScorer().readingFrom(NAME)))
                .isEqualTo(Map.of("a", 3.05 / 4, "b", 0.0));
    }

    @Test
    void tiersThatWeighTheSame_haveNoColumnOfTheirOwn() {
        PreciseFleet fleet =
                new PreciseFleet(PrecisePrefixProducer.builder().tierWeights(TierWeights.EQUAL), TestFleet.of("a"));
        fleet.stores("a", Tier.REMOTE, prompt(2), 0, 2);

        assertThat(fleet.producer.produces()).doesNotContain(PrefixMatch.weightedBlocks(NAME));
        assertThat(fleet.weighted(prompt(2))).isEmpty();
        assertThat(fleet.produced(prompt(2)).scoresById(new PrefixCacheScorer().readingFrom(NAME)))
                .isEqualTo(Map.of("a", 1.0));
    }

    @Test
    void asLlmdHasIt_whatIsNotKnownIsZero_andWeightsLoseTheirFraction() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().semantics(Semantics.LLM_D).channels(slot -> null),
                TestFleet.of("a", "b"));
        InferenceRequest request = TestRequests.tokens(3 * PreciseFleet.BLOCK);
        fleet.stores("a", Tier.ACCELERATOR, request, 0, 1);
        fleet.stores("a", Tier.HOST, request, 1, 2);

        assertThat(fleet.matched(request)).isEqualTo(Map.of("a", 2L, "b", 0L));
        assertThat(fleet.weighted(request)).isEqualTo(Map.of("a", 1.0, "b", 0.0));
    }

    @Test
    void asLlmdHasIt_aBlockCountsInEachTierThatItIsIn() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder()
                        .semantics(Semantics.LLM_D)
                        .tierColumns(true)
                        .speculation(Duration.ofSeconds(2)),
                TestFleet.of("a", "b"));
        InferenceRequest request = TestRequests.tokens(3 * PreciseFleet.BLOCK);
        fleet.stores("a", Tier.ACCELERATOR, request, 0, 2);
        fleet.stores("a", Tier.HOST, request, 0, 1);
        fleet.send(request, "a");

        TestCycle cycle = fleet.produced(request);

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(PrecisePrefixProducer.TYPE)))
                .isEqualTo(Map.of("a", 3L, "b", 0L));
        assertThat(cycle.numbers(PrecisePrefixProducer.blocksIn(PrecisePrefixProducer.TYPE, Tier.ACCELERATOR)))
                .isEqualTo(Map.of("a", 2L, "b", 0L));
        assertThat(cycle.numbers(PrecisePrefixProducer.blocksIn(PrecisePrefixProducer.TYPE, Tier.HOST)))
                .isEqualTo(Map.of("a", 1L, "b", 0L));
        assertThat(cycle.numbers(PrecisePrefixProducer.speculativeBlocks(PrecisePrefixProducer.TYPE)))
                .isEqualTo(Map.of("a", 3L, "b", 0L));
    }

    @Test
    void tierColumns_addUpToTheMatch() {
        PreciseFleet fleet =
                new PreciseFleet(PrecisePrefixProducer.builder().tierColumns(true), TestFleet.of("a", "b"));
        fleet.stores("a", Tier.HOST, prompt(4), 0, 4);
        fleet.stores("a", Tier.ACCELERATOR, prompt(4), 0, 3);

        TestCycle cycle = fleet.produced(prompt(4));

        assertThat(cycle.numbers(PrecisePrefixProducer.blocksIn(NAME, Tier.ACCELERATOR)))
                .isEqualTo(Map.of("a", 3L, "b", 0L));
        assertThat(cycle.numbers(PrecisePrefixProducer.blocksIn(NAME, Tier.HOST)))
                .isEqualTo(Map.of("a", 1L, "b", 0L));
        assertThat(cycle.numbers(PrecisePrefixProducer.blocksIn(NAME, Tier.STORAGE)))
                .isEqualTo(Map.of("a", 0L, "b", 0L));
    }

    @Test
    void modelAdapterAndSalt_keepCachesApart() {
        PreciseFleet fleet = PreciseFleet.of("a");
        InferenceRequest salted = TestRequests.builder()
                .prompt(prompt(2).prompt())
                .cacheSalt("tenant")
                .loraAdapter("sql")
                .build();
        fleet.stores("a", salted);

        assertThat(fleet.matched(salted)).isEqualTo(Map.of("a", 2L));
        assertThat(fleet.matched(prompt(2))).isEqualTo(Map.of("a", 0L));
    }

    @Test
    void promptOfAnyLength_isLookedAtToItsEnd() {
        PreciseFleet fleet = PreciseFleet.of("a");
        fleet.stores("a", prompt(9000));

        assertThat(fleet.matched(prompt(9000))).isEqualTo(Map.of("a", 9000L));
    }

    @Test
    void text_isNotLookedUp() {
        PreciseFleet fleet = PreciseFleet.of("a");

        TestCycle cycle = fleet.produced(TestRequests.text("x".repeat(1000)));

        assertThat(cycle.written()).isEmpty();
        assertThat(cycle.notes())
                .containsExactly("the prompt is text and KV events tell of tokens, so no match is known");
        assertThat(cycle.scoresById(new PrefixCacheScorer().readingFrom(NAME))).isEqualTo(Map.of("a", Scorer.MISSING));
    }

    @Test
    void promptThatEventsCannotName_isNotLookedUp() {
        int[] tokens = new int[2 * BLOCK];
        Map<String, InferenceRequest.Builder> requests = Map.of(
                "the prompt is block hashes of the host's own",
                TestRequests.builder().prompt(Prompt.blocks(new long[] {1, 2, 3}, 512, 3 * 512)),
                "it is not said where in the prompt all its images are",
                TestRequests.builder().tokens(tokens).multimodalItems(List.of(new MultimodalItem("cat", 0, 0))));
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().speculation(Duration.ofSeconds(2)), TestFleet.of("a", "b"));
        fleet.stores("a", prompt(2));

        requests.forEach((why, request) -> {
            Dispatch dispatch = fleet.send(request.build(), "a");
            TestCycle plain = TestCycle.of(fleet.fleet());
            fleet.producer.failedOver(dispatch, Routed.target(plain, "a"), Routed.target(plain, "b"), 5);
            TestCycle cycle = fleet.produced(request.build());

            assertThat(cycle.written()).isEmpty();
            assertThat(cycle.notes())
                    .singleElement()
                    .satisfies(note -> assertThat(note).startsWith(why).endsWith(", so no match is known"));
        });
    }

    @Test
    void imageWithAPlace_isLookedUp() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");
        fleet.stores("a", prompt(2));
        InferenceRequest request = TestRequests.builder()
                .prompt(prompt(2).prompt())
                .multimodalItems(List.of(new MultimodalItem("cat", BLOCK + 3, 5)))
                .build();

        assertThat(fleet.matched(request)).isEqualTo(Map.of("a", 1L, "b", 0L));
    }

    @Test
    void ownName_isWhereItWrites() {
        PreciseFleet fleet = new PreciseFleet(
                "second", PrecisePrefixProducer.builder().name("second").build(), TestFleet.of("a"));
        fleet.stores("a", prompt(1));

        assertThat(fleet.matched(prompt(1))).isEqualTo(Map.of("a", 1L));
        assertThat(fleet.produced(prompt(1)).attribute(PrefixMatch.of(NAME))).isNull();
    }

    // ---- what is not known

    @Test
    void emptyIndex_ofWhichNothingIsKnown_isMissingAndNotZero() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");

        TestCycle cycle = fleet.produced(prompt(2));

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(NAME))).isEmpty();
        assertThat(cycle.scoresById(new PrefixCacheScorer().readingFrom(NAME)))
                .isEqualTo(Map.of("a", Scorer.MISSING, "b", Scorer.MISSING));
        assertThat(cycle.notes()).containsExactly("the index is empty: no KV event has come, so no match is known");
    }

    @Test
    void endpointsThatMayHaveLostBlocks_areMissing_andTheExplanationSaysWhy() {
        List<EndpointHealth> health = List.of(
                health(State.FRESH, null), health(State.COLD, null), health(State.DEGRADED, Doubt.LOST_BATCHES));
        PreciseFleet fleet = withHealth(health, "fresh", "cold", "lost");
        fleet.stores("fresh", prompt(2));
        fleet.stores("lost", prompt(2));

        TestCycle cycle = fleet.produced(prompt(2));

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(NAME))).isEqualTo(Map.of("fresh", 2L));
        assertThat(cycle.numbers(PrefixMatch.weightedBlocks(NAME))).isEqualTo(Map.of("fresh", 2.0));
        assertThat(cycle.notes())
                .containsExactly("of 2 endpoints it is not known what they have cached:"
                        + " cold is cold (because), lost is degraded (because)");
    }

    @Test
    void endpointsOfWhichTooLittleMayBeKnown_countWithAMatch_andAreMissingWithoutOne() {
        List<EndpointHealth> health = List.of(
                health(State.REPLAYING, null),
                health(State.REPLAYING, null),
                health(State.DEGRADED, Doubt.MISSING_HISTORY),
                health(State.DEGRADED, Doubt.MISSING_HISTORY));
        PreciseFleet fleet = withHealth(health, "replaying", "replaying-nothing", "short", "short-nothing");
        fleet.stores("replaying", prompt(2));
        fleet.stores("short", prompt(1));

        assertThat(fleet.matched(prompt(2))).isEqualTo(Map.of("replaying", 2L, "short", 1L));
    }

    @Test
    void endpointWhoseBlocksTheIndexRefused_countsWithAMatch_andIsMissingWithoutOne() {
        RadixPrefixIndex index = RadixPrefixIndex.builder().build();
        List<KvEventChannel> channels = List.of(freshChannel(index, 0), freshChannel(index, 1), freshChannel(index, 2));
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().index(index).channels(channels::get),
                TestFleet.of("full", "full-nothing", "whole"));
        fleet.stores("full", prompt(2));
        channels.get(0).drops().add(DropReason.INDEX_FULL, 7);
        channels.get(1).drops().add(DropReason.INDEX_FULL, 9);

        TestCycle cycle = fleet.produced(prompt(3));

        assertThat(cycle.numbers(PrefixMatch.matchedBlocks(NAME))).isEqualTo(Map.of("full", 2L, "whole", 0L));
        assertThat(cycle.notes())
                .contains("of 1 endpoints it is not known what they have cached:"
                        + " full-nothing is known in part (the index had no room for 9 of its blocks)")
                .noneMatch(note -> note.startsWith("full-nothing holds nothing"))
                .anyMatch(note -> note.startsWith("whole holds nothing"));
    }

    @Test
    void indexThatEvicted_saysSo() {
        RadixPrefixIndex index = RadixPrefixIndex.builder()
                .maxBytes(RadixPrefixIndex.MIN_BYTES_PER_LANE)
                .build();
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().index(new SpeculativePrefixIndex(index)), TestFleet.of("a"));
        for (int i = 0; i < 100 && index.counters().evicted() == 0; i++) {
            long[] hashes = new SplittableRandom(i).longs(1000).toArray();
            index.store(0, hashes, 0, hashes.length);
        }

        assertThat(index.counters().evicted()).isPositive();
        assertThat(fleet.produced(prompt(3)).notes())
                .containsExactly("the index has evicted " + index.counters().evicted()
                        + " blocks of endpoints so far to keep to its bound on memory:"
                        + " a block that counts as not held may be one of them");
    }

    // ---- speculation

    @Test
    void speculation_countsWhatWasSent_untilItExpires() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().speculation(Duration.ofNanos(100)), TestFleet.of("a", "b"));
        fleet.stores("b", prompt(1));
        fleet.at(1000);
        fleet.send(prompt(3), "a");

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 3L, "b", 1L));
        assertThat(fleet.weighted(prompt(3))).isEqualTo(Map.of("a", 3.0, "b", 1.0));
        fleet.at(1100);
        fleet.producer.maintain(1100);

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 0L, "b", 1L));
    }

    @Test
    void speculation_countsForAnEndpointThatNothingWasHeardOf() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder()
                        .speculation(Duration.ofSeconds(2))
                        .health(slot -> health(State.COLD, null)),
                TestFleet.of("a", "b"));

        fleet.send(prompt(3), "a");

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 3L));
    }

    @Test
    void speculation_isConfirmedByEvents() {
        PreciseFleet fleet =
                new PreciseFleet(PrecisePrefixProducer.builder().speculation(Duration.ofNanos(100)), TestFleet.of("a"));
        fleet.send(prompt(3), "a");
        fleet.stores("a", Tier.HOST, prompt(3), 0, 2);

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 3L));
        assertThat(fleet.weighted(prompt(3))).isEqualTo(Map.of("a", 2 * 0.8 + 1));
        fleet.at(5000);
        fleet.producer.maintain(5000);

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 2L));
    }

    @Test
    void speculation_isOff_unlessAskedFor() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");
        fleet.stores("b", prompt(1));

        fleet.send(prompt(3), "a");

        assertThat(fleet.matched(prompt(3))).isEqualTo(Map.of("a", 0L, "b", 1L));
    }

    @Test
    void failover_isGuessedForTheFallback() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().speculation(Duration.ofSeconds(2)), TestFleet.of("a", "b"));
        Dispatch dispatch = fleet.send(prompt(2), "a");
        TestCycle cycle = TestCycle.of(fleet.fleet());

        fleet.producer.failedOver(dispatch, Routed.target(cycle, "a"), Routed.target(cycle, "b"), 5);

        assertThat(fleet.matched(prompt(2))).isEqualTo(Map.of("a", 2L, "b", 2L));
    }

    // ---- who comes and goes

    @Test
    void endpointThatLeft_isForgotten_andItsSlotStartsEmpty() {
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder().speculation(Duration.ofSeconds(2)), TestFleet.of("b", "a"));
        fleet.stores("a", prompt(3));
        fleet.stores("b", prompt(1));
        fleet.send(prompt(5), "a");

        fleet.replace("a", "new");

        assertThat(fleet.matched(prompt(5))).isEqualTo(Map.of("new", 0L, "b", 1L));
    }

    // ---- accuracy

    @Test
    void promisedAndReportedTokens_areCompared() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");
        fleet.stores("a", prompt(3));

        fleet.completed(fleet.send(prompt(5), "a"), 3 * BLOCK);
        fleet.completed(fleet.send(prompt(5), "a"), 0);
        fleet.completed(fleet.send(prompt(5), "b"), -1);
        Dispatch failed = fleet.send(prompt(5), "a");
        fleet.producer.ended(failed, Ending.FAILED, Usage.UNKNOWN, 0);

        assertThat(fleet.producer.accuracy().accuracy(0).requests()).isEqualTo(2);
        assertThat(fleet.producer.accuracy().accuracy(0).all().meanAbsolute()).isEqualTo(1.5 * BLOCK);
        assertThat(fleet.producer.accuracy().total().requests()).isEqualTo(2);
    }

    @Test
    void leavesTheFleet_lateCompletion_isIgnored() {
        PreciseFleet fleet = PreciseFleet.of("b", "a");
        fleet.stores("a", prompt(3));
        Dispatch late = fleet.send(prompt(5), "a");

        fleet.replace("a", "new");
        fleet.completed(late, 3 * BLOCK);

        assertThat(fleet.producer.accuracy().total().requests()).isZero();
    }

    @Test
    void dispatchThatWentElsewhere_saysNothingOfThePrediction() {
        PreciseFleet fleet = PreciseFleet.of("a", "b");
        fleet.stores("a", prompt(3));
        Dispatch dispatch = fleet.send(prompt(5), "a");
        TestCycle cycle = TestCycle.of(fleet.fleet());

        fleet.producer.failedOver(dispatch, Routed.target(cycle, "a"), Routed.target(cycle, "b"), 5);
        fleet.completed(dispatch, 0);

        assertThat(fleet.producer.accuracy().total().requests()).isZero();
    }

    @Test
    void dispatchThatTheHostLost_isNotHeld() {
        PreciseFleet fleet = PreciseFleet.of("a");
        fleet.stores("a", prompt(3));
        WeakReference<Dispatch> lost = new WeakReference<>(fleet.send(prompt(5), "a"));

        for (int tries = 0; tries < 50 && !lost.refersTo(null); tries++) {
            System.gc();
        }

        assertThat(lost.refersTo(null)).as("collected").isTrue();
    }

    // ---- the index

    @Test
    void indexOfTheHost_isTheOneAsked() {
        TieredPrefixIndex index = RadixPrefixIndex.builder().build();

        assertThat(PrecisePrefixProducer.builder().index(index).build().index()).isSameAs(index);
        assertThat(PrecisePrefixProducer.builder().build().index()).isNotSameAs(index);
    }

    @Test
    void listener_hearsLookUpsHitsAndSize() {
        List<String> heard = new ArrayList<>();
        KvIndexListener listener = new KvIndexListener() {
            @Override
            public void lookedUp(int blocks, int longest) {
                heard.add("looked up " + longest + " of " + blocks);
            }

            @Override
            public void hit(int slot, Tier tier, int blocks) {
                heard.add("hit " + blocks + " in " + tier + " of " + slot);
            }

            @Override
            public void sampled(long blocks, long holderBlocks, long bytes) {
                heard.add("holds " + holderBlocks);
            }
        };
        PreciseFleet fleet =
                new PreciseFleet(PrecisePrefixProducer.builder().listener(listener), TestFleet.of("a", "b"));
        fleet.stores("b", Tier.HOST, prompt(3), 1, 3);
        fleet.stores("b", Tier.ACCELERATOR, prompt(3), 0, 1);

        fleet.send(prompt(5), "b");
        fleet.producer.maintain(0);

        assertThat(heard)
                .containsExactly("looked up 3 of 5", "hit 1 in ACCELERATOR of 1", "hit 2 in HOST of 1", "holds 3");
    }

    @Test
    void indexBehindASpeculativeOne_isSweptAndMeasured() {
        RadixPrefixIndex behind = RadixPrefixIndex.builder().build();
        List<Long> sizes = new ArrayList<>();
        PreciseFleet fleet = new PreciseFleet(
                PrecisePrefixProducer.builder()
                        .index(new SpeculativePrefixIndex(behind))
                        .listener(new KvIndexListener() {
                            @Override
                            public void sampled(long blocks, long holderBlocks, long bytes) {
                                sizes.add(blocks);
                            }
                        }),
                TestFleet.of("b", "a"));
        fleet.stores("a", prompt(100));
        fleet.producer.maintain(0);

        fleet.replace("a", "new");

        assertThat(behind.needsSweep()).isTrue();
        assertThat(fleet.producer.nextDeadline()).isZero(); // At once.
        fleet.producer.maintain(0);
        assertThat(behind.needsSweep()).isFalse();
        assertThat(sizes).containsExactly(100L, 0L);
        assertThat(fleet.producer.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void settingsOutOfRange_areRefused() {
        assertThatThrownBy(() -> PrecisePrefixProducer.builder().blockSize(0))
                .hasMessageStartingWith("blockSize: must be from 1 to 1048576, but was 0.\nMaybe ");
        assertThatThrownBy(() -> PrecisePrefixProducer.builder().speculation(Duration.ZERO))
                .hasMessageStartingWith("speculation: must be positive, but was PT0S.\nMaybe ");
    }

    @Test
    void producer_keepsTheContract() {
        PluginContract.of(PrecisePrefixProducer.builder()
                        .tierColumns(true)
                        .speculation(Duration.ofSeconds(2))
                        .build())
                .verify();
    }

    // ---- fixtures

    private static PreciseFleet withHealth(List<EndpointHealth> bySlot, String... ids) {
        return new PreciseFleet(PrecisePrefixProducer.builder().health(bySlot::get), TestFleet.of(ids));
    }

    /** Makes a channel whose engine has said something, though it stored nothing. */
    private static KvEventChannel freshChannel(RadixPrefixIndex index, int slot) {
        KvEventChannel channel = KvEventChannel.builder(
                        index, slot, TestRequests.request().model(), BLOCK)
                .build(0);
        channel.live(0, new KvEventBatch(0, OptionalInt.empty(), List.of()), 10, 1, 1);
        return channel;
    }

    private static EndpointHealth health(State state, @Nullable Doubt doubt) {
        return new EndpointHealth(state, doubt, 0, "because");
    }

    private static InferenceRequest prompt(int blocks) {
        return TestRequests.tokens(blocks * BLOCK);
    }
}
