// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.replay.trace.TraceRequest;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyCatalogTest {
    @Test
    void everyExample_isFoundByItsName() {
        for (PolicyDefinition example : PolicyCatalog.fixed().examples()) {
            assertThat(PolicyCatalog.fixed().find(example.name()).description()).isEqualTo(example.description());
            assertThat(PolicyCatalog.fixed().knows(example.name())).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"random0", "random7", "hash_depth_0", "hash_depth_3", "bounded_100000", "greedy_prefix_min3"})
    void numberedNames_takeAnyNumber(String name) {
        assertThat(PolicyCatalog.fixed().find(name).name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "greedy_prefx, greedy_prefix",
        "ROUND-ROBIN, round_robin",
        "leastwork, least_work",
        "pooledlru, pooled_lru",
        "hash_depth, hash_depth_1"
    })
    void unknownName_isRefusedWithTheNearest(String name, String nearest) {
        assertThatThrownBy(() -> PolicyCatalog.fixed().find(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("policy: no policy is called " + name + ".\nMaybe " + nearest
                        + " was meant; there are: belady, bounded_1000000, greedy_prefix, greedy_prefix_min2, hash_depth_1,"
                        + " infinite, least_input, least_work, longest_prefix, min_eta, pooled_belady, pooled_lru, random,"
                        + " random42, round_robin, session_hash.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hash_depth_2147483648", "bounded_99999999999999999999", "random99999999999999999999"})
    void numberOutOfRange_isRefused(String name) {
        assertThatThrownBy(() -> PolicyCatalog.fixed().find(name))
                .hasMessageContaining("must end in a number from 0 to");
    }

    @Test
    void moreDefinitions_areFoundUnlessTheNameIsTaken() {
        RoutingPolicy other = new RoutingPolicy("mine", "Mine.", false, surroundings -> FixedPolicies.roundRobin());
        RoutingPolicy taken = new RoutingPolicy("random", "Not it.", false, surroundings -> FixedPolicies.roundRobin());

        PolicyCatalog catalog = PolicyCatalog.fixed().orElse(List.of(other, taken));

        assertThat(catalog.find("mine")).isSameAs(other);
        assertThat(catalog.find("random")).isNotSameAs(taken);
    }

    @Test
    void random_isTheStreamOfASplittableRandom() {
        SplittableRandom stream = new SplittableRandom(42);
        ReplayPolicy policy = FixedPolicies.random(42);

        for (int i = 0; i < 1000; i++) {
            long expected = Long.remainderUnsigned(stream.nextLong(), 7);
            TraceRequest request = TraceRequest.withoutBlocks(i, 0, 1, 1);
            assertThat(policy.choose(request, new IdleFleet(7))).isEqualTo((int) expected);
        }
    }

    /** A fleet on which nothing has happened yet. */
    private record IdleFleet(int size) implements FleetView {
        @Override
        public int hitBlocks(int endpoint) {
            return 0;
        }

        @Override
        public long uncachedTokens(int endpoint) {
            return 1;
        }

        @Override
        public long placedInputTokens(int endpoint) {
            return 0;
        }

        @Override
        public long placedUncachedTokens(int endpoint) {
            return 0;
        }

        @Override
        public long workNanos(int endpoint) {
            return 0;
        }

        @Override
        public long serviceNanos(int endpoint) {
            return 0;
        }
    }
}
