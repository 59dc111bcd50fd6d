// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutScreenerTest {
    private static final List<String> PREFILL_AND_DECODE = List.of("prefill", "decode");
    private static final String REVISION_HEADER = "x-disagg-revision";
    private static final String SLICE = "disaggregatedset.x-k8s.io/slice";

    /** The example of llm-d's documentation: 2 prefill and 9 decode of the old revision, 1 and 1 of the new one. */
    private static final TestFleet ROLLOUT = fleet(Map.of("a", List.of(2, 9), "b", List.of(1, 1)));

    @Test
    void contract_isKept() {
        PluginContract.of(factory(), parameters("max-role")).over(ROLLOUT).verify();
        PluginContract.of(factory(), Map.of("scope", scope(), "revisionGating", Map.of("mode", "disabled")))
                .over(ROLLOUT)
                .verify();
    }

    @ParameterizedTest
    @CsvSource({"max-role, 0.9, 0.1", "sum, 0.8461538, 0.1538462"})
    void shares_areThoseOfTheMode(String mode, double a, double b) {
        assertThat(screener(mode).shares(ROLLOUT))
                .hasEntrySatisfying("a", share -> assertThat(share).isCloseTo(a, within(1e-6)))
                .hasEntrySatisfying("b", share -> assertThat(share).isCloseTo(b, within(1e-6)));
    }

    @Test
    void shares_byCapacity_areThoseOfTheScarcestRole() {
        Map<String, Object> gating = new HashMap<>(gating("role-capacity"));
        gating.put("roleCapacity", Map.of("prefill", 2, "decode", 1));

        assertThat(made(Map.of("scope", scope(), "revisionGating", gating)).shares(ROLLOUT))
                .isEqualTo(Map.of("a", 0.8, "b", 0.2));
    }

    @Test
    void maxRole_tie_isTheFirstRolesOfTheList() {
        TestFleet fleet = fleet(Map.of("a", List.of(3, 1), "b", List.of(1, 3)));

        assertThat(screener("max-role").shares(fleet)).isEqualTo(Map.of("a", 0.75, "b", 0.25));
    }

    @Test
    void incompleteRevision_getsNothing() {
        TestFleet fleet = fleet(Map.of("a", List.of(2, 8), "b", List.of(0, 2)));

        assertThat(screener("max-role").shares(fleet)).isEqualTo(Map.of("a", 1.0, "b", 0.0));
        assertThat(kept(screener("max-role"), fleet, "any", Map.of())).containsExactly("a");
        assertThat(kept(screener("max-role"), fleet, "any", Map.of(REVISION_HEADER, "b")))
                .isEmpty();
    }

    @Test
    void noCompleteRevision_keepsNone() {
        TestFleet fleet = fleet(Map.of("a", List.of(2, 0), "b", List.of(0, 2)));

        assertThat(kept(screener("sum"), fleet, "any", Map.of())).isEmpty();
    }

    @Test
    void endpointsOutOfScope_makeNoRevisionComplete_andAreKeptOnlyWithIt() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(pod("a", "prefill", 0).build())
                .endpoint(pod("a", "decode", 0).label("set", "other").build())
                .endpoint(Endpoint.of("plain", "10.0.0.9:8000"))
                .build();

        assertThat(kept(screener("sum"), fleet, "any", Map.of())).isEmpty();
    }

    @Test
    void share_ofManyRequests_isTheWeight() {
        int old = 0;
        for (int i = 0; i < 10_000; i++) {
            old += kept(screener("max-role"), ROLLOUT, "r" + i, Map.of()).contains("a") ? 1 : 0;
        }

        // Four standard deviations of 10,000 draws.
        assertThat(old / 10_000.0).isCloseTo(0.9, within(0.012));
    }

    @Test
    void strictHeader_isFollowed_andAnUnknownRevisionKeepsNone() {
        assertThat(kept(screener("max-role"), ROLLOUT, "r", Map.of(REVISION_HEADER, "b")))
                .containsExactly("b");
        assertThat(kept(screener("max-role"), ROLLOUT, "r", Map.of(REVISION_HEADER, "c")))
                .isEmpty();
        assertThat(kept(screener("max-role"), ROLLOUT, "r", Map.of(REVISION_HEADER, " ")))
                .hasSize(1);
    }

    @Test
    void disabledGating_keepsAll_butFollowsAStrictHeader() {
        Map<String, Object> parameters =
                Map.of("scope", scope(), "headerSelectors", selectors(), "revisionGating", Map.of("mode", "disabled"));

        assertThat(kept(made(parameters), ROLLOUT, "r", Map.of())).containsExactlyInAnyOrder("a", "b");
        assertThat(kept(made(parameters), ROLLOUT, "r", Map.of(REVISION_HEADER, "b")))
                .containsExactly("b");
    }

    @Test
    void preferringSelector_keepsAll() {
        Map<String, String> headers = Map.of("x-disagg-slice", "7");

        assertThat(kept(screener("sum"), ROLLOUT, "r", headers))
                .isEqualTo(kept(screener("sum"), ROLLOUT, "r", Map.of()))
                .hasSize(1);
    }

    @Test
    void revisionThatAnotherSelectorEmptied_isNotDrawn() {
        TestFleet fleet = TestFleet.builder()
                .endpoint(pod("a", "prefill", 0).label(SLICE, "1").build())
                .endpoint(pod("a", "decode", 0).label(SLICE, "1").build())
                .endpoint(pod("b", "prefill", 0).label(SLICE, "2").build())
                .endpoint(pod("b", "decode", 0).label(SLICE, "2").build())
                .build();
        Map<String, Object> parameters = new HashMap<>(parameters("sum"));
        parameters.put(
                "headerSelectors",
                List.of(Map.of("name", "slice", "headerName", "X-Slice", "labelKey", SLICE, "mode", "strict")));

        for (int i = 0; i < 50; i++) {
            assertThat(kept(made(parameters), fleet, "r" + i, Map.of("x-slice", "2")))
                    .containsExactly("b");
        }
    }

    @Property(tries = 300)
    void oneCompleteRevision_isKeptWhole_orNone(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 3) Integer> prefill,
            @ForAll @Size(min = 4, max = 4) List<@IntRange(max = 3) Integer> decode,
            @ForAll @IntRange(max = 1000) int id) {
        Map<String, List<Integer>> counts = new HashMap<>();
        for (int i = 0; i < prefill.size(); i++) {
            counts.put("r" + i, List.of(prefill.get(i), decode.get(i)));
        }
        TestFleet fleet = fleet(counts);
        TestCycle cycle = TestCycle.of(fleet, TestRequests.request("id" + id));

        List<String> ids = cycle.screen(screener("max-role"));

        boolean any = counts.values().stream().anyMatch(count -> count.get(0) > 0 && count.get(1) > 0);
        assertThat(ids.isEmpty()).isEqualTo(!any);
        assertThat(cycle.screen(screener("max-role"))).isEqualTo(ids);
        Set<String> revisions = revisions(fleet, ids);
        assertThat(revisions).hasSizeLessThanOrEqualTo(1);
        revisions.forEach(revision -> {
            List<Integer> count = counts.get(revision);
            assertThat(count).doesNotContain(0);
            assertThat(ids).hasSize(count.get(0) + count.get(1));
        });
    }

    @Test
    void wrongParameters_areNamed() {
        assertRefused(Map.of(), "parameters.scope: must be given");
        assertRefused(
                Map.of("scope", Map.of("labelSelector", "a in"), "revisionGating", gating("sum")),
                "parameters.scope.labelSelector: must be a label selector (");
        assertRefused(
                Map.of("scope", scope(), "revisionGating", Map.of("mode", "most")),
                "parameters.revisionGating.mode: must be sum, max-role, role-capacity or disabled");
        assertRefused(
                Map.of("scope", scope(), "revisionGating", Map.of("mode", "sum")),
                "parameters.revisionGating.requireRoles: must have values");
        assertRefused(
                Map.of("scope", scope(), "revisionGating", gating("role-capacity")),
                "parameters.revisionGating.roleCapacity.prefill: must be given");
        assertRefused(
                Map.of("scope", scope(), "revisionGating", Map.of("mode", "sum", "roles", List.of())),
                "parameters.revisionGating.roles: no parameter is called roles");
        assertRefused(
                Map.of(
                        "scope", scope(),
                        "revisionGating", gating("sum"),
                        "headerSelectors",
                                List.of(Map.of("name", "n", "headerName", "h", "labelKey", "l", "mode", "hard"))),
                "parameters.headerSelectors[0].mode: must be strict or prefer");
    }

    private static void assertRefused(Map<String, ?> values, String start) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> made(values))
                .withMessageStartingWith(start)
                .withMessageContaining("\nMaybe ");
    }

    private static PluginFactory factory() {
        return ScreenerFactories.all().stream()
                .filter(factory -> factory.type().equals("disaggregatedset-rollout-screener"))
                .findFirst()
                .orElseThrow();
    }

    private static RolloutScreener made(Map<String, ?> values) {
        Parameters parameters = Parameters.of("parameters", values);
        ParameterSpec.checkNames(parameters, factory().parameters());
        return (RolloutScreener) factory().create("rollout", parameters);
    }

    private static RolloutScreener screener(String mode) {
        return made(parameters(mode));
    }

    private static Map<String, Object> parameters(String mode) {
        return Map.of("scope", scope(), "headerSelectors", selectors(), "revisionGating", gating(mode));
    }

    private static Map<String, Object> scope() {
        return Map.of("labelSelector", "set=one");
    }

    private static Map<String, Object> gating(String mode) {
        return Map.of("mode", mode, "requireRoles", Map.of("values", PREFILL_AND_DECODE));
    }

    private static List<Map<String, String>> selectors() {
        return List.of(
                Map.of(
                        "name",
                        "revision",
                        "headerName",
                        REVISION_HEADER,
                        "labelKey",
                        RevisionGating.REVISION_LABEL,
                        "mode",
                        "strict"),
                Map.of("name", "slice", "headerName", "x-disagg-slice", "labelKey", SLICE, "mode", "prefer"));
    }

    private static Set<String> kept(RolloutScreener screener, TestFleet fleet, String id, Map<String, String> headers) {
        TestCycle cycle = TestCycle.of(
                fleet,
                TestRequests.builder(id).headers(HeaderLookup.of(headers)).build());
        return revisions(fleet, cycle.screen(screener));
    }

    private static Set<String> revisions(TestFleet fleet, List<String> ids) {
        Set<String> revisions = new HashSet<>();
        for (String id : ids) {
            revisions.add(fleet.endpoint(fleet.slotOf(id)).labels().getOrDefault(RevisionGating.REVISION_LABEL, ""));
        }
        return revisions;
    }

    private static TestFleet fleet(Map<String, List<Integer>> counts) {
        TestFleet.Builder fleet = TestFleet.builder();
        counts.forEach((revision, byRole) -> {
            for (int role = 0; role < byRole.size(); role++) {
                for (int i = 0; i < byRole.get(role); i++) {
                    fleet.endpoint(
                            pod(revision, PREFILL_AND_DECODE.get(role), i).build());
                }
            }
        });
        return fleet.build();
    }

    private static Endpoint.Builder pod(String revision, String role, int number) {
        String id = revision + "-" + role + "-" + number;
        return Endpoint.builder(id, id + ":8000")
                .label("set", "one")
                .label(RevisionGating.REVISION_LABEL, revision)
                .label(RevisionGating.ROLE_LABEL, role);
    }
}
