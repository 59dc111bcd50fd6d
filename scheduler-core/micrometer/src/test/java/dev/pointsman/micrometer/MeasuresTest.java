// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.producer.KvIndexMeasures;
import dev.pointsman.core.sizing.ReplicaOption;
import dev.pointsman.core.sizing.scaling.ScalingSignals;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.DropReason;
import io.micrometer.core.instrument.Gauge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasuresTest {
    private final Host host = new Host();
    private final MicrometerObserver metrics = host.metrics;

    @Test
    void scalingSignals_areGaugesOfEachPool() {
        signals(2, 3.0, ScalingSignals.Reason.FROM_ZERO).report(metrics, "planner");
        signals(5, 1.5, ScalingSignals.Reason.STEADY).report(metrics, "planner");

        assertThat(host.samples("pointsman_fleet"))
                .containsExactlyInAnyOrder(
                        "pointsman_fleet_desired_replicas{kind=\"decode/h100/tp2\",source=\"planner\"} 5.0",
                        "pointsman_fleet_present_replicas{kind=\"decode/h100/tp2\",source=\"planner\"} 1.0",
                        "pointsman_fleet_utilization_share{kind=\"decode/h100/tp2\",source=\"planner\"} 0.5",
                        "pointsman_fleet_queued_seconds{kind=\"decode/h100/tp2\",source=\"planner\"} 1.5",
                        "pointsman_fleet_attainment_share{kind=\"decode/h100/tp2\",source=\"planner\"} 0.9",
                        "pointsman_fleet_from_zero{kind=\"decode/h100/tp2\",source=\"planner\"} 0.0");
        assertThat(host.registry
                        .get("pointsman.fleet.queued.seconds")
                        .gauge()
                        .getId()
                        .getBaseUnit())
                .isEqualTo("seconds");
    }

    private static ScalingSignals signals(int desired, double queued, ScalingSignals.Reason reason) {
        ReplicaOption option = ReplicaOption.of(Role.DECODE, "h100", 2, 8, Map.of());
        return new ScalingSignals(List.of(new ScalingSignals.Pool(option, 1, desired, 0.5, queued, 0.9, reason)));
    }

    @Test
    void whatAnIndexCountsAndMeasures_hasAMeterByKind() {
        KvIndexMeasures index = new KvIndexMeasures("precise", metrics);

        index.stored(0, Tier.HOST, 7);
        index.stored(1, Tier.HOST, 2);
        index.stored(1, Tier.ACCELERATOR, 4);
        index.dropped(3, DropReason.UNKNOWN_PARENT, 1);
        index.sampled(10, 20, 4096);
        index.sampled(11, 22, 8192);

        assertThat(host.samples("pointsman_kv_index"))
                .contains(
                        "pointsman_kv_index_stored_blocks_total{kind=\"host\",source=\"precise\"} 9.0",
                        "pointsman_kv_index_stored_blocks_total{kind=\"accelerator\",source=\"precise\"} 4.0",
                        "pointsman_kv_index_drops_total{kind=\"unknown-parent\",source=\"precise\"} 1.0",
                        "pointsman_kv_index_blocks{kind=\"none\",source=\"precise\"} 11.0",
                        "pointsman_kv_index_holder_blocks{kind=\"none\",source=\"precise\"} 22.0",
                        "pointsman_kv_index_bytes{kind=\"none\",source=\"precise\"} 8192.0");
        assertThat(dropped()).isZero();
    }

    @Test
    void numbersThatAreNone_areShownAsSuch_andCountsOfNothingAreIgnored() {
        metrics.measured("s", "some.level", "", Double.NaN);
        metrics.measured("s", "other.level", "", Double.POSITIVE_INFINITY);
        metrics.counted("s", "things", "", 0);
        metrics.counted("s", "things", "", -5);

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_some_level{kind=\"none\",source=\"s\"} NaN",
                        "pointsman_other_level{kind=\"none\",source=\"s\"} +Inf");
        assertThat(host.samples("pointsman_things")).isEmpty();
    }

    @Test
    void gauge_saysNoNumberBeforeItIsToldOne() {
        List<Double> seen = new ArrayList<>();
        host.registry.config().onMeterAdded(meter -> seen.add(((Gauge) meter).value()));

        metrics.measured("planner", "fleet.desired-replicas", "decode/h100/tp2", 7);

        assertThat(seen).containsExactly(Double.NaN);
        assertThat(host.samples("pointsman_fleet_desired"))
                .singleElement()
                .asString()
                .endsWith(" 7.0");
    }

    @Test
    void twoSpellings_areOneMeter_andTheLastWordCounts() {
        metrics.measured("s", "some-level", "", 1);
        metrics.measured("s", "some.level", "none", 2);
        metrics.measured("s", "some level", "", 3);

        assertThat(host.samples("pointsman_some_level"))
                .containsExactly("pointsman_some_level{kind=\"none\",source=\"s\"} 3.0");
        assertThat(dropped()).isZero();
    }

    @Test
    void namesThatAreTaken_areDropped_andNoScrapeFails() {
        metrics.counted("s", "a-name", "", 1);
        metrics.measured("s", "a.name", "", 2);
        metrics.measured("s", "a.name.total", "", 2);
        metrics.counted("s", "A name", "", 10); // The same name again, and still a count.
        metrics.counted("s", "dispatched", "", 1);
        metrics.counted("s", "dispatched-requests.total", "", 1);
        metrics.measured("s", "ttft.seconds", "", 1);
        metrics.measured("s", "ttft-seconds-max", "", 1);
        metrics.measured("s", "ttft.seconds.count", "", 1);
        metrics.measured("s", "prompt.tokens.sum", "", 1);
        metrics.measured("s", "prompt.tokens.bucket", "", 1);
        metrics.measured("s", "in.flight.requests", "", 1);
        metrics.counted("s", "metrics.dropped", "", 1);

        assertThat(host.scrape().lines())
                .contains("pointsman_a_name_total{kind=\"none\",source=\"s\"} 11.0")
                .noneMatch(line -> line.contains("source=\"s\"") && !line.contains("a_name"));
        assertThat(dropped()).isEqualTo(11);
    }

    @Test
    void namesThatAreNone_areDropped() {
        metrics.counted("s", "", "", 1);
        metrics.counted("s", "-.", "", 1);
        metrics.counted("s", "total", "", 1);
        metrics.counted("s", "x".repeat(1000), "", 1);
        metrics.counted("", "x", "", 1);
        metrics.counted("s", "x", "line\nbreak", 1);
        metrics.measured("s", "x", "\ud800", 1);

        assertThat(dropped()).isEqualTo(7);
        assertThat(host.samples("pointsman_x")).isEmpty();
    }

    @Test
    void beyondTheBound_nothingIsAdded_andWhatIsKnownGoesOn() {
        int fits = MicrometerObserver.MOST_MEASURES;
        int before = host.registry.getMeters().size();

        for (int i = 0; i < fits + 500; i++) {
            metrics.counted("s" + i % 7, "things-" + i % 3, "kind-" + i, 2);
        }
        metrics.measured("s", "level", "", 1);
        metrics.counted("s0", "things-0", "kind-0", 5);

        assertThat(host.registry.getMeters()).hasSize(before + fits);
        assertThat(dropped()).isEqualTo(501);
        assertThat(host.scrape().lines())
                .contains("pointsman_things_0_total{kind=\"kind-0\",source=\"s0\"} 7.0")
                .noneMatch(line -> line.contains("level"));
    }

    private double dropped() {
        return host.registry.get("pointsman.metrics.dropped").counter().count();
    }
}
