// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TopologyAffinityFilterTest {
    private static final List<String> TIERS = List.of("host", "rack", "zone", "region");

    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(endpoint("same-host", List.of("h1", "r1", "z1", "eu")))
            .endpoint(endpoint("same-rack", List.of("h2", "r1", "z1", "eu")))
            .endpoint(endpoint("same-zone", List.of("h3", "r2", "z1", "eu")))
            .endpoint(endpoint("same-region", List.of("h4", "r3", "z2", "eu")))
            .endpoint(endpoint("namesake", List.of("h5", "r1", "z9", "us")))
            .endpoint(endpoint("nowhere", List.of("", "", "", "")))
            .build();
    private static final Endpoint PEER = endpoint("peer", List.of("h1", "r1", "z1", "eu"));

    @Test
    void eachTier_keepsWhatIsThatNear() {
        TestCycle cycle = TestCycle.of(FLEET).with(Peer.ENDPOINT, PEER);

        assertThat(cycle.filter(TopologyAffinityFilter.sameHost())).containsExactly("same-host");
        assertThat(cycle.filter(TopologyAffinityFilter.sameRack())).containsExactly("same-host", "same-rack");
        assertThat(cycle.filter(TopologyAffinityFilter.sameZone()))
                .containsExactly("same-host", "same-rack", "same-zone");
        assertThat(cycle.filter(TopologyAffinityFilter.sameRegion()))
                .containsExactly("same-host", "same-rack", "same-zone", "same-region");
    }

    @Test
    void llmd_takesARackOfTheSameNameElsewhereForTheSame() {
        TestCycle cycle = TestCycle.of(FLEET).with(Peer.ENDPOINT, PEER);

        assertThat(cycle.filter(made(Semantics.LLM_D, "rack"))).containsExactly("same-host", "same-rack", "namesake");
        assertThat(cycle.filter(made(Semantics.CORRECTED, "rack"))).containsExactly("same-host", "same-rack");
    }

    @Test
    void noPeerOrNobodyNear_keepsAll() {
        Endpoint far = endpoint("far", List.of("h8", "r8", "z8", "asia"));
        Endpoint bare = Endpoint.of("bare", "bare:1");

        assertThat(TestCycle.of(FLEET).filter(TopologyAffinityFilter.sameHost()))
                .isEqualTo(FLEET.ids());
        assertThat(TestCycle.of(FLEET).with(Peer.ENDPOINT, far).filter(TopologyAffinityFilter.sameRegion()))
                .isEqualTo(FLEET.ids());
        assertThat(TestCycle.of(FLEET).with(Peer.ENDPOINT, bare).filter(TopologyAffinityFilter.sameRegion()))
                .isEqualTo(FLEET.ids());
    }

    @Test
    void emptyLabels_areSharedWithNobody() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(endpoint("empty", List.of("", "", "", "eu")))
                .endpoint(endpoint("there", List.of("h1", "", "", "us")))
                .build();
        Endpoint peer = endpoint("peer", List.of("", "", "", "eu"));

        assertThat(TestCycle.of(fleet).with(Peer.ENDPOINT, peer).filter(TopologyAffinityFilter.sameRegion()))
                .containsExactly("empty");
        assertThat(TestCycle.of(fleet).with(Peer.ENDPOINT, peer).filter(TopologyAffinityFilter.sameHost()))
                .containsExactly("empty", "there");
    }

    @Test
    void isNoConstraint() {
        assertThat(TopologyAffinityFilter.sameHost().constraint()).isFalse();
    }

    @Property
    void keepsWhatTheNaiveReadingKeeps(
            @ForAll("places") List<String> peer,
            @ForAll("fleets") List<List<String>> places,
            @ForAll("tiers") int tier) {
        TestFleet.Builder fleet = TestFleet.builder();
        List<String> near = new ArrayList<>();
        List<String> llmdNear = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            fleet.endpoint(endpoint("e" + i, places.get(i)));
            if (nested(peer, places.get(i), tier)) {
                near.add("e" + i);
            }
            if (anyShared(peer, places.get(i), tier)) {
                llmdNear.add("e" + i);
            }
        }
        TestCycle cycle = TestCycle.of(fleet.build()).with(Peer.ENDPOINT, endpoint("peer", peer));
        List<String> all = cycle.candidates().kept();

        assertThat(cycle.filter(made(Semantics.CORRECTED, TIERS.get(tier)))).isEqualTo(near.isEmpty() ? all : near);
        assertThat(cycle.filter(made(Semantics.LLM_D, TIERS.get(tier)))).isEqualTo(llmdNear.isEmpty() ? all : llmdNear);
    }

    /** Some tier up to the given one is shared, and no wider one that both state differs. */
    private static boolean nested(List<String> one, List<String> other, int tier) {
        for (int nearest = 0; nearest <= tier; nearest++) {
            boolean shared = shared(one, other, nearest);
            for (int wider = nearest + 1; wider < TIERS.size(); wider++) {
                shared &= one.get(wider).isEmpty() || other.get(wider).isEmpty() || shared(one, other, wider);
            }
            if (shared) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyShared(List<String> one, List<String> other, int tier) {
        for (int nearest = 0; nearest <= tier; nearest++) {
            if (shared(one, other, nearest)) {
                return true;
            }
        }
        return false;
    }

    private static boolean shared(List<String> one, List<String> other, int tier) {
        return !one.get(tier).isEmpty() && one.get(tier).equals(other.get(tier));
    }

    @Provide
    Arbitrary<List<String>> places() {
        Arbitrary<String> names = Arbitraries.of("", "x", "y");
        return Combinators.combine(names, names, names, names).as(List::of);
    }

    @Provide
    Arbitrary<List<List<String>>> fleets() {
        return places().list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<Integer> tiers() {
        return Arbitraries.integers().between(0, 3);
    }

    private static TopologyAffinityFilter made(Semantics semantics, String minAffinity) {
        return (TopologyAffinityFilter) FilterFactories.all(semantics).stream()
                .filter(factory -> factory.type().equals("topology-affinity-filter"))
                .findFirst()
                .orElseThrow()
                .create("filter", Parameters.of("parameters", Map.of("minAffinity", minAffinity)));
    }

    /** Makes an endpoint on a host, in a rack, a zone and a region; each may be empty. */
    private static Endpoint endpoint(String id, List<String> place) {
        return Endpoint.builder(id, id + ":8000")
                .label("kubernetes.io/hostname", place.get(0))
                .label("topology.kubernetes.io/rack", place.get(1))
                .label("topology.kubernetes.io/zone", place.get(2))
                .label("topology.kubernetes.io/region", place.get(3))
                .build();
    }
}
