// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ReplayLimiterTest {
    /** Trackers that take and give back as they like, beside a plain row of flags. */
    @Property(tries = 300)
    void anyTrackers_haveAPlaceEachAtMost_andSpareOnesUpToHalfOfAll(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int parallel = 1 + random.nextInt(5);
        ReplayLimiter limiter = new ReplayLimiter(parallel);
        ReplayLimiter.Permit[] permits = new ReplayLimiter.Permit[6];
        boolean[] taken = new boolean[permits.length];
        for (int i = 0; i < permits.length; i++) {
            permits[i] = limiter.permit();
        }

        for (int step = 0; step < 100; step++) {
            int who = random.nextInt(permits.length);
            int running = limiter.running();
            switch (random.nextInt(3)) {
                case 0 -> {
                    taken[who] |= running < parallel;
                    assertThat(permits[who].take()).isEqualTo(taken[who]);
                }
                case 1 -> {
                    taken[who] |= running < (parallel + 1) / 2;
                    assertThat(permits[who].takeSpare()).isEqualTo(taken[who]);
                }
                default -> {
                    permits[who].giveBack();
                    taken[who] = false;
                }
            }

            int all = 0;
            for (boolean each : taken) {
                all += each ? 1 : 0;
            }
            assertThat(limiter.running()).isEqualTo(all);
        }
    }
}
