// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decision;

import static dev.pointsman.core.Fixtures.evaluated;
import static dev.pointsman.core.Fixtures.fleet;
import static dev.pointsman.core.Fixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The same seed, fleet and request give the same decision; only the draw tells equals apart. */
class DeterminismTest {
    @Test
    void sameSeedSnapshotAndRequest_decideAlike() {
        Pointsman one = Pointsman.builder(fleet(20)).seed(5).build();
        Pointsman other = Pointsman.builder(fleet(20)).seed(5).build();

        for (int i = 0; i < 50; i++) {
            SchedulingDecision decision = one.evaluate(request("r" + i)).decision();
            SchedulingDecision again = other.evaluate(request("r" + i)).decision();
            assertThat(decision).isNotNull();
            assertThat(again).isNotNull();
            assertThat(again.primary()).isEqualTo(decision.primary());
            assertThat(again.otherLegs()).isEqualTo(decision.otherLegs());
        }
    }

    @Test
    void ties_spreadOverIdsAndChangeWithTheSeed() {
        Pointsman one = Pointsman.builder(fleet(4)).profile(ties()).seed(5).build();
        Pointsman other = Pointsman.builder(fleet(4)).profile(ties()).seed(6).build();
        Map<String, Integer> counts = new TreeMap<>();
        int same = 0;

        for (int i = 0; i < 4000; i++) {
            String id = evaluated(one, "r" + i);
            counts.merge(id, 1, Integer::sum);
            same += id.equals(evaluated(other, "r" + i)) ? 1 : 0;
        }

        // 1000 expected each, with a standard deviation of 27.
        assertThat(counts)
                .hasSize(4)
                .allSatisfy((id, count) -> assertThat(count).isBetween(860, 1140));
        assertThat(same).isBetween(860, 1140);
    }

    @Test
    void twoProfiles_breakTiesApart() {
        Pointsman pointsman = Pointsman.builder(fleet(4))
                .profile(Profile.builder("decode").build())
                .profile(Profile.builder("prefill").build())
                .profileHandler(PluginRef.instance("legs", new Legs()))
                .build();
        int same = 0;

        for (int i = 0; i < 4000; i++) {
            SchedulingDecision decision = pointsman.evaluate(request("r" + i)).decision();
            assertThat(decision).isNotNull();
            same += decision.endpoint()
                            .equals(decision.otherLegs().get(0).target().endpoint())
                    ? 1
                    : 0;
        }

        assertThat(same).isBetween(860, 1140);
    }

    private static Profile ties() {
        return Profile.builder("p").build();
    }
}
