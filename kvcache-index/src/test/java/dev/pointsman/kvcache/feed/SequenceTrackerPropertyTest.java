// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.kvcache.feed.EndpointHealth.Doubt;
import dev.pointsman.kvcache.feed.EndpointHealth.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tracker between an engine that restarts and a network that loses, swaps, repeats and breaks: whenever it says fresh,
 * there is a connection, and what was applied is all that one engine said from its first batch on; and once the
 * trouble ends, it is all.
 */
class SequenceTrackerPropertyTest {
    private record Batch(int engine, long sequence) {
        long fingerprint() {
            return 1_000_003L * engine + sequence;
        }
    }

    /** An engine, its network and a tracker, moved along by chance. */
    private static final class World implements RecoverySteps<Batch> {
        final SplittableRandom random;
        final int ringSize;
        final boolean replay;
        final ReplayLimiter limiter = new ReplayLimiter(1);
        final RecoverySettings settings;
        SequenceTracker<Batch> tracker;
        final List<Batch> ring = new ArrayList<>();
        final List<Batch> onTheWay = new ArrayList<>();
        final Deque<Batch> replies = new ArrayDeque<>();
        final List<Batch> applied = new ArrayList<>();
        final List<Batch> saved = new ArrayList<>();

        @Nullable
        ResumePoint savedAt;

        int engine;
        long next;
        boolean connected;
        boolean troubled = true;
        boolean asked;
        long askedFrom;
        boolean answering;
        boolean unreadable;
        long now;

        World(long seed, boolean replay) {
            this.random = new SplittableRandom(seed);
            this.replay = replay;
            this.ringSize = random.nextInt(3) == 0 ? 2 + random.nextInt(5) : 1_000;
            this.settings = RecoverySettings.builder()
                    .replay(replay)
                    .heldBatches(1 + random.nextInt(6))
                    .build();
            this.tracker = new SequenceTracker<>(settings, limiter, this, now);
        }

        @Override
        public void apply(long sequence, Batch batch) {
            assertThat(batch.sequence()).isEqualTo(sequence);
            applied.add(batch);
        }

        @Override
        public void clear() {
            applied.clear();
            unreadable = false;
        }

        @Override
        public void replay(long from) {
            assertThat(replay).isTrue();
            asked = true;
            askedFrom = from;
            answering = false;
            replies.clear();
        }

        @Override
        public void stopReplay() {
            asked = false;
            answering = false;
            replies.clear();
        }

        boolean trouble(int oneIn) {
            return troubled && random.nextInt(oneIn) == 0;
        }

        void publish() {
            Batch batch = new Batch(engine, next++);
            ring.add(batch);
            if (ring.size() > ringSize) {
                ring.remove(0);
            }
            if (connected && !trouble(6)) {
                onTheWay.add(batch);
                if (trouble(12)) {
                    onTheWay.add(batch);
                }
                if (trouble(12) && onTheWay.size() > 1) {
                    Collections.swap(onTheWay, onTheWay.size() - 1, onTheWay.size() - 2);
                }
            }
        }

        void deliver() {
            if (!onTheWay.isEmpty()) {
                Batch batch = onTheWay.remove(0);
                if ((!replay || tracker.unanswered()) && looksLikeTheNext(batch)) {
                    return;
                }
                tracker.live(batch.sequence(), batch, 1, batch.fingerprint(), now);
            }
        }

        /** The one restart that nothing tells of without a replay endpoint; see the tracker's essay. */
        boolean looksLikeTheNext(Batch batch) {
            Batch last = applied.isEmpty() ? batch : applied.get(applied.size() - 1);
            return last.engine() != batch.engine() && last.sequence() + 1 == batch.sequence();
        }

        void answer() {
            if (asked && !answering) {
                answering = true;
                for (Batch batch : ring) {
                    if (batch.sequence() >= askedFrom && !trouble(15)) {
                        replies.add(batch);
                    }
                }
            } else if (answering) {
                Batch batch = replies.poll();
                if (batch != null && trouble(60)) {
                    tracker.replayed(batch.sequence(), null, batch.fingerprint(), now);
                    unreadable = true;
                } else if (batch != null) {
                    tracker.replayed(batch.sequence(), batch, batch.fingerprint(), now);
                } else {
                    asked = false;
                    answering = false;
                    if (!trouble(8)) {
                        tracker.replayEnded(now);
                    }
                }
            }
        }

        void restart() {
            disconnect();
            engine++;
            next = 0;
            ring.clear();
            asked = false;
            answering = false;
            replies.clear();
            // Without replay only a number that goes back tells of it.
            for (int i = replay ? random.nextInt(12) : 0; i > 0; i--) {
                publish();
            }
        }

        /** Keeps a copy of what was applied, and of where that is. */
        void save() {
            saved.clear();
            saved.addAll(applied);
            savedAt = tracker.resumePoint().orElse(null);
        }

        /** Another router takes over, with what was saved last, if anything could be. */
        void takeOver() {
            tracker.close(now);
            connected = false;
            onTheWay.clear();
            stopReplay();
            unreadable = false;
            applied.clear();
            if (savedAt != null) {
                applied.addAll(saved);
            }
            tracker = new SequenceTracker<>(settings, limiter, this, savedAt, now);
            assertThat(tracker.health().state()).isNotEqualTo(State.FRESH);
        }

        void disconnect() {
            if (connected) {
                connected = false;
                onTheWay.clear();
                tracker.disconnected(now);
            }
        }

        void connect() {
            if (!connected) {
                connected = true;
                tracker.connected(now);
            }
        }

        void pass(Duration time) {
            now += time.toNanos();
            tracker.tick(now);
        }

        void step() {
            switch (random.nextInt(26)) {
                case 0 -> {
                    if (random.nextInt(4) == 0) {
                        restart();
                    }
                }
                case 1 -> disconnect();
                case 2, 3, 4 -> connect();
                case 5 -> pass(Duration.ofMillis(1 + random.nextInt(40_000)));
                case 6 -> tracker.replayFailed("its connection broke", now);
                case 7, 8, 9, 10 -> publish();
                case 11 -> {
                    if (random.nextInt(3) == 0) {
                        tracker.unreadable(now);
                    }
                }
                case 12 -> pass(Duration.ofMillis(100));
                case 24 -> {
                    save();
                    if (random.nextInt(4) == 0) {
                        takeOver();
                    }
                }
                case 25 -> {
                    if (random.nextInt(8) == 0) {
                        takeOver();
                    }
                }
                case 13, 14, 15, 16, 17 -> answer();
                default -> deliver();
            }
            if (tracker.health().state() == State.FRESH) {
                assertThat(connected).isTrue();
                assertThat(applied)
                        .isEqualTo(prefix(
                                applied.isEmpty() ? engine : applied.get(0).engine(), applied.size()));
            }
        }

        /** Lets everything come to rest, without any further trouble. */
        void calmDown() {
            troubled = false;
            connect();
            for (int round = 0; round < 5_000; round++) {
                if (round % 10 == 0) {
                    pass(Duration.ofMillis(500));
                }
                if (round == 1_000) {
                    // For one that nobody had answered, and that went on without replay.
                    pass(Duration.ofMinutes(10));
                }
                if (round == 4_000) {
                    publish();
                }
                deliver();
                answer();
            }
        }

        static List<Batch> prefix(int engine, int length) {
            List<Batch> all = new ArrayList<>();
            for (int i = 0; i < length; i++) {
                all.add(new Batch(engine, i));
            }
            return all;
        }
    }

    /** Worlds in which the engine begins anew between two tries of a replay, before any connection. */
    @ParameterizedTest
    @ValueSource(longs = {-5_200, -1_969})
    void restartBeforeAnyConnection(long seed) {
        anyTrouble_freshMeansNothingIsMissing_andItEndsFresh(seed);
    }

    @Property(tries = 2_000)
    void anyTrouble_freshMeansNothingIsMissing_andItEndsFresh(@ForAll long seed) {
        World world = new World(seed, true);
        for (int i = 0; i < 300; i++) {
            world.step();
        }

        world.calmDown();

        Doubt doubt = world.tracker.health().doubt();
        List<Batch> all = World.prefix(world.engine, (int) world.next);
        if (doubt == null) {
            assertThat(world.tracker.health().state()).isEqualTo(State.FRESH);
            assertThat(world.applied).isEqualTo(all);
        } else if (doubt == Doubt.MISSING_HISTORY) {
            // Nothing applied is wrong or missing in between, it only does not reach back to the start.
            assertThat(world.applied).isNotEmpty();
            assertThat(world.applied).isEqualTo(all.subList(all.size() - world.applied.size(), all.size()));
        } else {
            assertThat(doubt).isEqualTo(Doubt.UNREADABLE_BATCH);
            assertThat(world.unreadable).isTrue();
        }
        assertThat(world.tracker.held()).isZero();
        assertThat(world.limiter.running()).isZero();
    }

    @Property(tries = 1_000)
    void anyTroubleWithoutReplay_freshMeansNothingIsMissing(@ForAll long seed) {
        World world = new World(seed, false);
        for (int i = 0; i < 300; i++) {
            world.step();
        }

        world.calmDown();
        world.restart();
        world.connect();
        for (int i = 0; i < 5; i++) {
            world.publish();
            world.deliver();
        }

        assertThat(world.tracker.health().state()).as("a restart mends all").isEqualTo(State.FRESH);
        assertThat(world.applied).isEqualTo(World.prefix(world.engine, 5));
    }

    @Property(tries = 200)
    void noTrouble_isFreshAllTheTimeAndAsksOnce(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(seed, true);
        world.troubled = false;
        world.connect();
        world.answer();
        world.answer();
        for (int i = 0; i < 200; i++) {
            if (random.nextInt(3) == 0) {
                world.publish();
            }
            world.deliver();
            assertThat(world.tracker.health().state()).isEqualTo(State.FRESH);
            assertThat(world.asked).isFalse();
        }
    }
}
