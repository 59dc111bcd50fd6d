// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class BackoffTest {
    @Property
    void pauses_doubleUpToTheLimitAndAreNeverMoreThanDue(
            @ForAll long seed, @ForAll @LongRange(min = 1, max = 1L << 60) long least) {
        long most = Math.min(Long.MAX_VALUE / 2, least * 4);
        Backoff backoff = new Backoff(least, most, new SplittableRandom(seed));

        for (int round = 0; round < 2; round++) {
            for (int failure = 0; failure < 100; failure++) {
                long due = failure < 2 ? least << failure : most;
                assertThat(backoff.next()).isBetween(due / 2, due);
            }
            backoff.succeeded();
        }
    }
}
