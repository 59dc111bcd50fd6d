// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.kvcache.RadixPrefixIndex;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KvIndexMeasuresTest {
    private final List<String> heard = new ArrayList<>();
    private final KvIndexMeasures measures = new KvIndexMeasures("precise", new SchedulingObserver() {
        @Override
        public void counted(String source, String what, String kind, long more) {
            heard.add(source + " " + what + " " + kind + " +" + more);
        }

        @Override
        public void measured(String source, String what, String kind, double value) {
            heard.add(source + " " + what + " " + kind + " =" + value);
        }
    });

    @Test
    void events_areCountedByKind() {
        measures.stored(3, Tier.HOST, 7);
        measures.removed(3, Tier.ACCELERATOR, 2);
        measures.cleared(3);
        measures.dropped(3, DropReason.UNKNOWN_PARENT, 1);
        measures.batchApplied(3, 1.5, 4);
        measures.replayBegan(3, 0);
        measures.replayEnded(3, false);
        measures.healthChanged(3, new EndpointHealth(EndpointHealth.State.FRESH, null, 0, "why"));

        assertThat(heard)
                .containsExactly(
                        "precise kv-index.stored-blocks host +7",
                        "precise kv-index.removed-blocks accelerator +2",
                        "precise kv-index.clears  +1",
                        "precise kv-index.drops unknown-parent +1",
                        "precise kv-index.batches  +1",
                        "precise kv-index.batches-behind  =4.0",
                        "precise kv-index.replays began +1",
                        "precise kv-index.replays given-up +1",
                        "precise kv-index.health-changes fresh +1");
    }

    @Test
    void lossesToTheBoundOnMemory_areHeardFromTheIndexItself() {
        RadixPrefixIndex index = RadixPrefixIndex.builder()
                .maxBytes(RadixPrefixIndex.MIN_BYTES_PER_LANE)
                .listener(measures)
                .build();

        for (int i = 0; i < 100 && heard.isEmpty(); i++) {
            long[] hashes = new SplittableRandom(i).longs(1000).toArray();
            index.store(0, hashes, 0, hashes.length);
        }

        assertThat(heard)
                .first()
                .isEqualTo(
                        "precise kv-index.evicted-blocks  +" + index.counters().evicted());
    }

    @Test
    void refusedBlocks_areCounted() {
        measures.dropped(3, 12);

        assertThat(heard).containsExactly("precise kv-index.refused-blocks  +12");
    }

    @Test
    void lookUps_areCounted_butNotWhatTheyDidNotFind() {
        measures.lookedUp(10, 0);
        measures.hit(1, Tier.STORAGE, 4);
        measures.sampled(1, 2, 3);

        assertThat(heard)
                .containsExactly(
                        "precise kv-index.lookups  +1",
                        "precise kv-index.looked-up-blocks  +10",
                        "precise kv-index.hit-blocks storage +4",
                        "precise kv-index.blocks  =1.0",
                        "precise kv-index.holder-blocks  =2.0",
                        "precise kv-index.bytes  =3.0");
    }
}
