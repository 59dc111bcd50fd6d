// SPDX-License-Identifier: Apache-2.0
package com.example.pointsman;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the scorer is for, with fleets and requests in a line each. */
class HomeScorerTest {
    private static final TestFleet FLEET = TestFleet.of("a", "b", "c", "d", "e");

    @Test
    void equalBeginnings_haveTheSameHome() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 4, 1));

        Set<String> short4 = homes(scorer, FLEET, TestRequests.tokens(4));
        Set<String> long400 = homes(scorer, FLEET, TestRequests.tokens(400));

        assertThat(short4).hasSize(1).isEqualTo(long400);
    }

    @Test
    void differentBeginnings_useTheWholeFleet() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 1024, 1));

        Set<String> used = new HashSet<>();
        for (int tenant = 0; tenant < 100; tenant++) {
            used.addAll(homes(scorer, FLEET, TestRequests.text("You work for tenant " + tenant)));
        }

        assertThat(used).containsExactlyInAnyOrderElementsOf(FLEET.ids());
    }

    @Test
    void anEndpointThatLeaves_movesOnlyItsOwnKeys() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 1024, 1));
        TestFleet smaller = FLEET.toBuilder().remove("c").build();

        for (int tenant = 0; tenant < 100; tenant++) {
            InferenceRequest request = TestRequests.text("You work for tenant " + tenant);
            Set<String> before = homes(scorer, FLEET, request);
            if (!before.equals(Set.of("c"))) {
                assertThat(homes(scorer, smaller, request)).isEqualTo(before);
            }
        }
    }

    @Test
    void severalHomes_thatManyScoreBest() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 1024, 3));

        assertThat(homes(scorer, FLEET, TestRequests.text("Hello"))).hasSize(3);
        assertThat(homes(scorer, TestFleet.of("a", "b"), TestRequests.text("Hello")))
                .containsExactly("a", "b");
    }

    @Test
    void configuredHeader_countsInsteadOfThePrompt() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("X-Tenant", 1024, 1));

        Set<String> hello = homes(scorer, FLEET, fromTenant("acme", "Hello"));
        Set<String> other = homes(scorer, FLEET, fromTenant("acme", "Something else altogether"));

        assertThat(hello).isEqualTo(other);
        assertThat(List.of("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"))
                .extracting(tenant -> homes(scorer, FLEET, fromTenant(tenant, "Hello")))
                .as("homes of other tenants")
                .anyMatch(home -> !home.equals(hello));
    }

    @Test
    void blocks_goByTheLastBlockOfTheBeginning() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 2 * TestRequests.BLOCK_SIZE, 1));

        Set<String> first = homes(scorer, FLEET, TestRequests.blocks(11, 12, 13));
        Set<String> second = homes(scorer, FLEET, TestRequests.blocks(11, 12, 14, 15));

        assertThat(first).isEqualTo(second);
    }

    @Test
    void noKey_scoresAreMissing() {
        HomeScorer scorer = new HomeScorer(new HomeParameters("", 1024, 1));

        assertThat(TestCycle.of(FLEET, TestRequests.request()).score(scorer)).containsOnly(Double.NaN);
    }

    private static InferenceRequest fromTenant(String tenant, String text) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("X-Tenant", tenant)))
                .text(text)
                .build();
    }

    private static Set<String> homes(HomeScorer scorer, TestFleet fleet, InferenceRequest request) {
        return TestCycle.of(fleet, request).scoresById(scorer).entrySet().stream()
                .filter(score -> score.getValue() == 1)
                .map(Map.Entry::getKey)
                .collect(toSet());
    }
}
