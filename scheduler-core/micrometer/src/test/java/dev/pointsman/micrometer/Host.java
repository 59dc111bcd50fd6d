// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import dev.pointsman.testkit.TestRequests;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A host with two endpoints, a clock that the test moves, and a registry for Prometheus. */
final class Host {
    private static final Pattern FAMILY = Pattern.compile("^# TYPE (\\S+) ", Pattern.MULTILINE);

    final ManualClock clock = new ManualClock(5_000_000_000L);
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.1:8000"), Endpoint.of("b", "10.0.0.2:8000"));
    final MicrometerObserver metrics;
    final Pointsman pointsman;
    private int requests;

    Host() {
        this(builder -> builder.histograms(false), (request, candidate) -> 1);
    }

    Host(UnaryOperator<MicrometerObserver.Builder> settings, EndpointScorer scorer) {
        this(settings, Profile.builder("default").scorer(scorer).build());
    }

    Host(UnaryOperator<MicrometerObserver.Builder> settings, Profile profile) {
        metrics = settings.apply(MicrometerObserver.builder(registry).clock(clock))
                .build();
        pointsman = Pointsman.builder(fleet)
                .clock(clock)
                .profile(profile)
                .plugin("metrics", metrics)
                .build();
    }

    InferenceRequest.Builder request(String model) {
        return InferenceRequest.builder("r" + requests++, model);
    }

    Dispatch dispatch(InferenceRequest request) {
        return (Dispatch) pointsman.schedule(request);
    }

    Dispatch dispatch() {
        return dispatch(TestRequests.request("r" + requests++));
    }

    void pass(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }

    /** Returns what Prometheus would get of one meter, and of another whose name begins with it, without comments. */
    Stream<String> samples(String name) {
        return scrape().lines().filter(line -> line.startsWith(name));
    }

    /** Returns the names of all families that Prometheus would get. */
    List<String> families() {
        return FAMILY.matcher(scrape()).results().map(family -> family.group(1)).toList();
    }

    String scrape() {
        return registry.scrape();
    }
}
