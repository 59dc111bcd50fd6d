// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Names that requests bring, and observers that share a registry. */
class ModelsTest {
    @Test
    void onlyTheFirstModelsHaveTags_andNothingIsLost() {
        Host host = new Host(builder -> builder.maxModels(3).models("served"), (request, candidate) -> 1);
        List<Dispatch> flood = new ArrayList<>();

        for (int i = 0; i < 50; i++) {
            flood.add(host.dispatch(host.request("m" + i).build()));
        }
        int meters = host.registry.getMeters().size();
        for (int i = 50; i < 500; i++) {
            flood.add(host.dispatch(host.request("m" + i).build()));
        }
        host.dispatch(host.request("served").build());

        assertThat(host.registry.getMeters()).hasSize(meters);
        assertThat(host.samples("pointsman_in_flight_requests"))
                .containsExactlyInAnyOrder(
                        "pointsman_in_flight_requests{model=\"m0\"} 1.0",
                        "pointsman_in_flight_requests{model=\"m1\"} 1.0",
                        "pointsman_in_flight_requests{model=\"m2\"} 1.0",
                        "pointsman_in_flight_requests{model=\"other\"} 497.0",
                        "pointsman_in_flight_requests{model=\"served\"} 1.0");
        flood.forEach(dispatch -> dispatch.completed(Usage.UNKNOWN));
        assertThat(host.samples("pointsman_in_flight_requests"))
                .contains("pointsman_in_flight_requests{model=\"other\"} 0.0");
    }

    @Test
    void namesThatWouldSpoilAScrape_areOthers() {
        Host host = new Host();

        for (String model : List.of("line\nbreak", "nul\0", "half \ud83d", "\udc00 half", "x".repeat(201), "other")) {
            host.dispatch(host.request(model).build());
        }
        host.dispatch(host.request("say \"hi\" \\ {a=b} \ud83d\ude00").build());

        assertThat(host.samples("pointsman_in_flight_requests"))
                .containsExactlyInAnyOrder(
                        "pointsman_in_flight_requests{model=\"other\"} 6.0",
                        "pointsman_in_flight_requests{model=\"say \\\"hi\\\" \\\\ {a=b} \ud83d\ude00\"} 1.0");
    }

    @Test
    void aModelsMetersAreAllThereFromItsFirstDispatchOn() {
        Host host = new Host();

        host.dispatch(host.request("m").build());

        Set<String> ofModel = namesOf(host.registry, "m");
        assertThat(ofModel).isEqualTo(namesOf(host.registry, "other")).hasSize(13);
        host.pointsman.schedule(host.request("m").build());
        assertThat(namesOf(host.registry, "m")).isEqualTo(ofModel);
    }

    private static Set<String> namesOf(MeterRegistry registry, String model) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> model.equals(id.getTag("model")))
                .map(Meter.Id::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void tags_tellSchedulersApart_andOneObserverOnlyIsHadWithoutThem() {
        Host host = new Host(builder -> builder.tags("scheduler", "blue"), (request, candidate) -> 1);
        MicrometerObserver green = MicrometerObserver.builder(host.registry)
                .tags("scheduler", "green")
                .build();
        host.dispatch(host.request("m").build());
        green.measured("s", "level", "", 3);

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_in_flight_requests{model=\"m\",scheduler=\"blue\"} 1.0",
                        "pointsman_in_flight_requests{model=\"other\",scheduler=\"green\"} 0.0",
                        "pointsman_level{kind=\"none\",scheduler=\"green\",source=\"s\"} 3.0");
        assertThatThrownBy(() -> MicrometerObserver.builder(host.registry)
                        .tags("scheduler", "green")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "registry: has another observer's meters of the tags [tag(scheduler=green)].\nMaybe");
    }

    @Test
    void closing_removesItsMetersAndNoOthers_andLaterEventsDoNotBringThemBack() {
        Host host = new Host();
        host.registry.counter("mine").increment();
        Dispatch open = host.dispatch();
        host.metrics.counted("s", "things", "", 1);

        host.metrics.close();
        open.completed(Usage.UNKNOWN);
        host.dispatch(host.request("new").build());
        host.metrics.counted("s", "news", "", 1);
        host.metrics.counted("s", "things", "", 1);
        host.metrics.measured("s", "level", "", 1);
        host.metrics.pluginFailed("p", new IllegalStateException());
        host.metrics.scoresAdjusted("p", 1, 1);

        assertThat(host.registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactly("mine");
        MicrometerObserver.of(host.registry).counted("s", "things", "", 1);
        assertThat(host.samples("pointsman_things_total")).hasSize(1);
    }

    @Test
    void aClockThatWentBack_isNoTime() {
        Host host = new Host();
        Dispatch dispatch = host.dispatch();

        host.metrics.firstToken(dispatch, 0);
        host.metrics.firstToken(dispatch, dispatch.scheduledAt() - 1);

        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_ttft_seconds_count{model=\"test-model\"} 2",
                        "pointsman_ttft_seconds_sum{model=\"test-model\"} 0.0");
    }

    @Test
    void aFilterMayDenyMeters_andASecondObserverIsRefusedYet() {
        MeterRegistry registry = new SimpleMeterRegistry();
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("pointsman.itl"))
                .meterFilter(MeterFilter.deny(id -> id.getName().equals("pointsman.metrics.dropped")));

        MicrometerObserver first = MicrometerObserver.of(registry);
        first.measured("s", "itl.bound", "", 1);
        int meters = registry.getMeters().size();

        assertThatThrownBy(() -> MicrometerObserver.of(registry)).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(registry.find("pointsman.itl").timer()).isNull();
        assertThat(registry.find("pointsman.ttft").timer()).isNotNull();
        first.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void whatTheRegistryRefuses_goesWithTheOthers_andIsNotAskedForAgain() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        registry.counter("pointsman.tpot", "model", "taken");
        registry.counter("pointsman.level", "source", "s", "kind", "none");
        MicrometerObserver metrics = MicrometerObserver.of(registry);
        Pointsman pointsman = Pointsman.builder(Fleet.of(Endpoint.of("a", "10.0.0.1:8000")))
                .plugin("metrics", metrics)
                .build();

        pointsman.schedule(InferenceRequest.builder("r", "taken").build());
        int meters = registry.getMeters().size();
        for (int i = 0; i < 99; i++) {
            pointsman.schedule(InferenceRequest.builder("r" + i, "taken").build());
            metrics.measured("s", "level", "", i);
        }

        assertThat(registry.getMeters()).hasSize(meters);
        assertThat(registry.get("pointsman.in.flight")
                        .tag("model", "other")
                        .gauge()
                        .value())
                .isEqualTo(100);
        assertThat(registry.get("pointsman.metrics.dropped").counter().count()).isEqualTo(1 + 99);
    }

    @Test
    void observerThatCannotBeMade_leavesNothing() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        registry.counter("pointsman.decision.duration", "outcome", "rejected");

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> MicrometerObserver.of(registry))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("another observer");
            assertThat(registry.getMeters()).hasSize(1);
        }
    }

    @Test
    void registryOfRegistries_hasThemAll_thoseToComeIncluded() {
        CompositeMeterRegistry all = new CompositeMeterRegistry();
        SimpleMeterRegistry early = new SimpleMeterRegistry();
        SimpleMeterRegistry late = new SimpleMeterRegistry();
        all.add(early);
        MicrometerObserver metrics = MicrometerObserver.of(all);
        metrics.measured("s", "level", "", 1);
        all.add(late);
        metrics.measured("s", "level", "", 2);

        assertThat(early.get("pointsman.level").gauge().value()).isEqualTo(2);
        assertThat(late.get("pointsman.level").gauge().value()).isEqualTo(2);
        metrics.close();
        assertThat(early.getMeters()).isEmpty();
        assertThat(late.getMeters()).isEmpty();
    }

    @Test
    void settingsThatMakeNoSense_areRefused() {
        MicrometerObserver.Builder builder = MicrometerObserver.builder(new SimpleMeterRegistry());

        assertThatThrownBy(() -> builder.maxModels(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxModels: must be at least 0, but was -1.\nMaybe 0, for those named only.");
        assertThatThrownBy(() -> builder.models("fine", "not\nfine"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("models: cannot be the value of a tag: not\nfine.\nMaybe");
        assertThatThrownBy(() -> builder.tags("zone", "a", "model", "mine"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tags: model is a tag of some meters already.\nMaybe call it scheduler_model.");
    }
}
