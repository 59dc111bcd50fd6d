// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.disagg.ComingKv.Coming;
import org.junit.jupiter.api.Test;

class ComingKvTest {
    private final Pointsman pointsman = Pointsman.builder(Fixtures.fleet(1)).build();
    private final Dispatch dispatch = Fixtures.dispatched(pointsman, Fixtures.request("one"));
    private final Dispatch other = Fixtures.dispatched(pointsman, Fixtures.request("other"));
    private final ComingKv coming = new ComingKv();

    @Test
    void promptOnItsWay_leavesWhatWasThereBefore_untilItCame() {
        coming.dispatched(dispatch, new Coming(3, 77, 500));

        assertThat(coming.there(3, 77, 8_000)).isEqualTo(500);
        assertThat(coming.there(3, 77, 400)).isEqualTo(400);
        coming.came(dispatch);
        coming.came(dispatch);
        assertThat(coming.there(3, 77, 8_000)).isEqualTo(8_000);
    }

    @Test
    void otherPromptsAndOtherEndpoints_areThere() {
        coming.dispatched(dispatch, new Coming(3, 77, 500));
        coming.came(other);

        assertThat(coming.there(3, 78, 8_000)).isEqualTo(8_000);
        assertThat(coming.there(4, 77, 8_000)).isEqualTo(8_000);
    }

    @Test
    void promptThatTwoBring_comesWithTheFirst_andWithTheOtherIfThatOneIsGone() {
        coming.dispatched(dispatch, new Coming(3, 77, 500));
        coming.dispatched(other, new Coming(3, 77, 500));

        coming.gone(dispatch);
        assertThat(coming.there(3, 77, 8_000)).isEqualTo(500);
        coming.gone(other);
        assertThat(coming.there(3, 77, 8_000)).isEqualTo(8_000);

        coming.dispatched(dispatch, new Coming(3, 77, 500));
        coming.dispatched(other, new Coming(3, 77, 500));
        coming.came(dispatch);
        assertThat(coming.there(3, 77, 8_000)).isEqualTo(8_000);
        coming.gone(other);
        assertThat(coming.there(3, 77, 8_000)).isEqualTo(8_000);
    }

    @Test
    void promptThatDecodesElsewhereNow_isOnItsWayThere() {
        coming.dispatched(dispatch, new Coming(3, 77, 500));

        coming.moved(dispatch, 4);
        coming.moved(other, 5);

        assertThat(coming.there(3, 77, 8_000)).isEqualTo(8_000);
        assertThat(coming.there(4, 77, 8_000)).isZero();
        assertThat(coming.there(5, 77, 8_000)).isEqualTo(8_000);
        coming.came(dispatch);
        assertThat(coming.there(4, 77, 8_000)).isEqualTo(8_000);
    }
}
