// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointSubsetScreenerTest {
    private static final TestFleet THREE = fleet("10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000");

    @Test
    void contract_isKept() {
        PluginContract.of(new EndpointSubsetScreener()).verify();
    }

    @Test
    void noHeader_keepsAll() {
        assertThat(TestCycle.of(THREE).screen(new EndpointSubsetScreener())).containsExactly("e0", "e1", "e2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", ",", " , ,, "})
    void headerThatNamesNobody_keepsNone(String header) {
        assertThat(kept(THREE, header)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1 | e0",
                "10.0.0.1:9999 | e0",
                "10.0.0.3:8080,10.0.0.1:8080 | e0 e2",
                "' 10.0.0.2 , 10.0.0.2:1 ' | e1",
                "[10.0.0.2]:80 | e1",
                "::ffff:10.0.0.2 | e1",
                "10.0.0.1:8000:3 | e0",
                "192.168.1.1:8080 | ''",
                "10.0.0.11 | ''",
                "10.0.0 | ''"
            })
    void portsArePassedOver(String header, String kept) {
        assertThat(String.join(" ", kept(THREE, header))).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2001:db8::1 | e0",
                "[2001:db8::1] | e0",
                "[2001:DB8:0:0:0:0:0:1]:443 | e0",
                "2001:db8::2 | e1",
                "FE80::1%eth0 | e2",
                "fe80::1%eth1 | ''",
                "Pod-7.Svc.Cluster.Local:1 | e3",
                "localhost | e4"
            })
    void addressesAreComparedWhateverTheirForm(String header, String kept) {
        TestFleet fleet = fleet(
                "[2001:db8::1]:8000",
                "2001:0db8:0::2",
                "[fe80::1%eth0]:8000",
                "pod-7.svc.cluster.local:8000",
                "localhost:8000:2");

        assertThat(String.join(" ", kept(fleet, header))).isEqualTo(kept);
    }

    @Test
    void everyRankOfAHost_isKept() {
        TestFleet fleet = fleet("10.0.0.1:8000", "10.0.0.1:8001", "10.0.0.2:8000");

        assertThat(kept(fleet, "10.0.0.1:8001")).containsExactly("e0", "e1");
    }

    @Property(tries = 300)
    void keptAreThoseWhoseHostIsListed(
            @ForAll @Size(max = 12) List<@IntRange(max = 9) Integer> listed,
            @ForAll @Size(max = 12) List<@IntRange(max = 9) Integer> hosts) {
        String[] addresses =
                hosts.stream().map(host -> "10.0.0." + host + ":8000").toArray(String[]::new);
        TestFleet fleet = fleet(addresses);
        String header =
                listed.stream().map(host -> "10.0.0." + host + ":" + 9000).collect(Collectors.joining(", "));

        Set<String> kept = Set.copyOf(kept(fleet, header));

        for (int i = 0; i < addresses.length; i++) {
            assertThat(kept.contains("e" + i)).isEqualTo(listed.contains(hosts.get(i)));
        }
    }

    @Property(tries = 1000)
    void whateverTheHeader_nothingIsThrown_andNobodyUnlistedKept(@ForAll @StringLength(max = 60) String header) {
        assertThat(kept(THREE, header)).allSatisfy(id -> assertThat(header).contains("10.0.0."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[", "]", "[]", "[::", "[]:80", ":::", ":", "::1%", "%", "1:2:3:4:5:6:7:8:9", "999.1.1.1", "é:1"
            })
    void garbage_keepsNone(String header) {
        assertThat(kept(THREE, header)).isEmpty();
        assertThat(kept(fleet(header), "10.0.0.1")).isEmpty();
    }

    @Test
    void hugeList_isBounded() {
        String header = "10.9.9.9,".repeat(200_000) + "10.0.0.1";

        assertThat(kept(THREE, header)).isEmpty();
        assertThat(kept(THREE, "10.0.0.2," + "x".repeat(3_000_000))).containsExactly("e1");
        assertThat(kept(THREE, ":".repeat(3_000_000))).isEmpty();
    }

    private static List<String> kept(TestFleet fleet, String header) {
        HeaderLookup headers = HeaderLookup.of(Map.of(EndpointSubsetScreener.HEADER, header));
        return TestCycle.of(fleet, TestRequests.builder().headers(headers).build())
                .screen(new EndpointSubsetScreener());
    }

    private static TestFleet fleet(String... addresses) {
        TestFleet.Builder fleet = TestFleet.builder();
        for (int i = 0; i < addresses.length; i++) {
            fleet.endpoint(Endpoint.of("e" + i, addresses[i]));
        }
        return fleet.build();
    }
}
