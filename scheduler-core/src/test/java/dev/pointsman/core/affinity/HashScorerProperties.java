// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.internal.builtin.Hashing;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What hashing promises: little moves, the bound holds, and a ring is what a slow ring is. */
class HashScorerProperties {
    private static final BigInteger CIRCLE = BigInteger.ONE.shiftLeft(64);

    @Property(tries = 200)
    void anEndpointThatJoins_movesKeysOnlyToItself(
            @ForAll HashScorersTest.Kind kind,
            @ForAll @Size(min = 1, max = 12) Set<@IntRange(max = 1000) Integer> fleet,
            @ForAll @IntRange(min = 1001, max = 2000) int joining) {
        TestFleet before = fleet(fleet);
        TestFleet after = before.toBuilder().endpoint("e" + joining).build();
        Scorer scorer = kind.scorer();

        for (int key = 0; key < 40; key++) {
            List<String> was = order(HashScorersTest.session(before, "k" + key), scorer);
            List<String> is = order(HashScorersTest.session(after, "k" + key), scorer);
            // Without the newcomer the order is what it was: so if it leaves, only its own keys move.
            is.remove("e" + joining);
            int common = Math.min(was.size(), is.size());
            assertThat(is.subList(0, common)).isEqualTo(was.subList(0, common));
        }
    }

    @Property(tries = 300)
    void oneWithinTheBound_isAlwaysChosen(
            @ForAll HashScorersTest.Kind kind,
            @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 100) Integer> loads,
            @ForAll @IntRange(min = 100, max = 300) int percent) {
        TestFleet fleet = TestFleet.of(loads.size());
        TestCycle cycle = HashScorersTest.session(fleet, "key");
        for (int i = 0; i < loads.size(); i++) {
            cycle.with(InFlightLoad.REQUESTS, "e" + i, loads.get(i));
        }
        double total = loads.stream().mapToInt(Integer::intValue).sum();
        double bound = (total + 1) / loads.size() * (percent / 100.0);

        List<String> order = order(cycle, kind.scorer(percent / 100.0));

        assertThat(order).isNotEmpty();
        assertThat(order)
                .allSatisfy(id -> assertThat((double) loads.get(Integer.parseInt(id.substring(1))))
                        .isLessThanOrEqualTo(bound));
        // And in the order that there would be without loads.
        List<String> plain = order(HashScorersTest.session(fleet, "key"), kind.scorer());
        List<String> both = new ArrayList<>(plain);
        both.retainAll(order);
        assertThat(order.subList(0, both.size())).isEqualTo(both);
    }

    @Property(tries = 100)
    void ring_isWhatASlowRingIs(
            @ForAll @Size(min = 1, max = 12) Set<@IntRange(max = 1000) Integer> fleet,
            @ForAll @IntRange(min = 1, max = 20) int points,
            @ForAll long seed) {
        TestFleet endpoints = fleet(fleet);
        TestCycle cycle = HashScorersTest.session(endpoints, "key " + seed);
        BigInteger key = unsigned(AffinityKey.session().hash(cycle));
        Map<String, BigInteger> distances = new HashMap<>();
        for (String id : endpoints.ids()) {
            for (int i = 0; i < points; i++) {
                BigInteger point = unsigned(Hashing.with(Hashing.with(0, id), i));
                distances.merge(id, point.subtract(key).mod(CIRCLE), BigInteger::min);
            }
        }
        List<String> slow = new ArrayList<>(endpoints.ids());
        slow.sort(Comparator.comparing(distances::get));

        List<String> order = order(cycle, new ConsistentHashScorer(AffinityKey.session(), 1.25, points));

        assertThat(order).isEqualTo(slow.subList(0, Math.min(4, slow.size())));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    private static TestFleet fleet(Set<Integer> numbers) {
        return TestFleet.of(numbers.stream().map(number -> "e" + number).toArray(String[]::new));
    }

    /** Returns those with a score, best first. */
    private static List<String> order(TestCycle cycle, Scorer scorer) {
        List<String> order = new ArrayList<>();
        cycle.scoresById(scorer).entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(each -> order.add(each.getKey()));
        return order;
    }
}
