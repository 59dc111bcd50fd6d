// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.core.disagg.ModelMemory.Kind;
import org.junit.jupiter.api.Test;

class ModelMemoryTest {
    private final ModelMemory memories = new ModelMemory();

    @Test
    void modelsOnlyAskedFor_takeNoRoom_andFurtherOnesShareOneMemory() {
        for (int i = 0; i < 5_000; i++) {
            memories.of("made up " + i);
        }

        memories.dispatched("a", true, 1, 0, 0);
        memories.dispatched("b", false, 1, 0, 0);
        Kind unknown = memories.of("c").last();
        for (int i = 0; i < 2_000; i++) {
            memories.dispatched("model " + i, true, 1, 0, 0);
        }

        assertThat(memories.of("a").last()).isEqualTo(Kind.REMOTE);
        assertThat(memories.of("b").last()).isEqualTo(Kind.LOCAL);
        assertThat(unknown).isEqualTo(Kind.NONE);
        assertThat(memories.of("never seen")).isSameAs(memories.of("model 1999"));
    }

    @Test
    void deficit_growsByWhatIsMissed_shrinksByWhatIsLeft_andIsBounded() {
        memories.dispatched("m", false, 250, 100, 0);
        double missed = memories.of("m").deficit();
        memories.dispatched("m", false, 50, 100, 0);
        double kept = memories.of("m").deficit();
        memories.dispatched("m", false, 1e12, 0, 0);
        double without = memories.of("m").deficit();
        memories.dispatched("m", false, 1e12, 1, 0);
        double most = memories.of("m").deficit();
        for (int i = 0; i < 20; i++) {
            memories.dispatched("m", false, 0, 1, 0);
        }

        assertThat(missed).isEqualTo(1.5, within(1e-9));
        assertThat(kept).isEqualTo(1, within(1e-9));
        assertThat(without).isEqualTo(kept);
        assertThat(most).isEqualTo(9);
        assertThat(memories.of("m").deficit()).isZero();
    }
}
