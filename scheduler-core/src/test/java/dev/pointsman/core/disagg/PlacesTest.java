// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.disagg.Places.Place;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.latency.PredictedTimes;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private static final long SECOND = 1_000_000_000;

    private static final Deployment DEPLOYMENT = Deployment.of(
                    ModelCatalog.shipped().get("llama-3.1-8b"),
                    AcceleratorCatalog.shipped().get("h100-sxm"))
            .build();

    private final Fleet fleet = Fleet.create();
    private final Places places =
            new Places(new JointSettings(8, 0, 0, 0, 0, Distance.OTHER, Map.of(), null, 0.5, true, 0, "revision"));

    PlacesTest() {
        fleet.join(Endpoint.builder("p", "p:8000").build());
        fleet.join(Endpoint.builder("d", "d:8000").build());
    }

    private Place place(int slot) {
        return places.at(fleet.snapshot(), slot, null);
    }

    @Test
    void requests_countWhereTheyAreRead_andWhereTheyOnlyDecode_lessAndLess() {
        place(0);
        place(1);

        for (int i = 0; i < 3; i++) {
            places.dispatched(fleet.snapshot(), 0, 1, 5 * SECOND);
        }
        places.dispatched(fleet.snapshot(), 1, 1, 5 * SECOND);

        assertThat(place(0).readRate(5 * SECOND)).isEqualTo(3 / 30e9, within(1e-15));
        assertThat(place(0).joinRate(5 * SECOND)).isZero();
        assertThat(place(1).readRate(5 * SECOND)).isEqualTo(1 / 30e9, within(1e-15));
        assertThat(place(1).joinRate(35 * SECOND)).isEqualTo(3 / 30e9 / Math.E, within(1e-15));
    }

    @Test
    void endpointOfWhichMoreIsSaid_goesOn_andOneThatCameAnewStartsAnew() {
        place(0);
        fleet.update("p", EndpointMetrics.builder(7).waitingRequests(1).build());
        places.dispatched(fleet.snapshot(), 0, 1, 0);
        places.sent(fleet.snapshot(), 0);

        fleet.join(Endpoint.builder("p", "p:8000").label("revision", "2").build());
        Place said = place(0);
        fleet.leave("p");
        fleet.join(Endpoint.builder("p", "p:8000").label("revision", "2").build());
        Place anew = place(0);

        assertThat(said.readRate(0)).isEqualTo(1 / 30e9, within(1e-15));
        assertThat(said.sentSince(7)).isEqualTo(1);
        assertThat(anew.readRate(0)).isZero();
        assertThat(anew.sentSince(7)).isZero();
    }

    @Test
    void deployment_isAskedForUntilItIsKnown() {
        AtomicInteger asked = new AtomicInteger();
        AtomicReference<@Nullable Deployment> known = new AtomicReference<>();
        PredictedTimes times = new PredictedTimes() {
            @Override
            public @Nullable Deployment deployment(int slot) {
                asked.incrementAndGet();
                return known.get();
            }

            @Override
            public double readNanos(int slot, long newTokens, long cachedTokens) {
                return Double.NaN;
            }

            @Override
            public double interferenceNanos(int slot, long newTokens, long cachedTokens) {
                return Double.NaN;
            }
        };
        FleetSnapshot snapshot = fleet.snapshot();

        Place before = places.at(snapshot, 0, times);
        assertThat(places.at(snapshot, 0, times)).isSameAs(before);
        known.set(DEPLOYMENT);
        Place after = places.at(snapshot, 0, times);

        assertThat(before.capacity).isZero();
        assertThat(after.capacity).isPositive();
        assertThat(places.at(snapshot, 0, times)).isSameAs(after);
        assertThat(asked).hasValue(3);
    }
}
