// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.EndpointFilter;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.InstanceOfAssertFactories;

/** What the engine's tests share: fleets, requests, small plugins, and what a scheduler decides and believes. */
public final class Fixtures {
    private Fixtures() {}

    /** Makes endpoints e0, e1, ... */
    public static Fleet fleet(int endpoints) {
        return Fleet.of(
                IntStream.range(0, endpoints).mapToObj(Fixtures::endpoint).toArray(Endpoint[]::new));
    }

    public static Endpoint endpoint(int number) {
        return Endpoint.of("e" + number, "10.0.0." + number + ":8000");
    }

    /** Returns the number in an endpoint's name. */
    public static int number(Endpoint endpoint) {
        return Integer.parseInt(endpoint.id().substring(1));
    }

    public static InferenceRequest request(String id) {
        return TestRequests.request(id);
    }

    public static InferenceRequest request(String id, int tokens) {
        return TestRequests.builder(id).tokens(new int[tokens]).build();
    }

    public static Profile scoring(EndpointScorer scorer) {
        return Profile.builder("default").scorer(scorer).build();
    }

    /** Prefers the endpoint with the fewest requests in flight and looks at nothing else. */
    public static Profile leastRequests() {
        return Profile.builder("default").scorer(new FewestRequests(), 1).build();
    }

    /** Scores each endpoint by its number. */
    public static EndpointScorer byNumber(double... values) {
        return (request, candidate) -> values[number(candidate.endpoint())];
    }

    /** Makes a filter of an endpoint's id. */
    public static PluginRef named(String name, Predicate<String> accepts) {
        return PluginRef.instance(name, (EndpointFilter)
                (request, candidate) -> accepts.test(candidate.endpoint().id()));
    }

    public static Dispatch dispatched(Pointsman pointsman, InferenceRequest request) {
        return assertThat(pointsman.schedule(request))
                .asInstanceOf(InstanceOfAssertFactories.type(Dispatch.class))
                .actual();
    }

    public static Rejection rejected(Pointsman pointsman, InferenceRequest request) {
        return assertThat(pointsman.schedule(request))
                .asInstanceOf(InstanceOfAssertFactories.type(Rejection.class))
                .actual();
    }

    /** Schedules a request that must find a place, and explains it. */
    public static Dispatch explained(Pointsman pointsman, InferenceRequest request) {
        return assertThat(pointsman.scheduleExplained(request))
                .asInstanceOf(InstanceOfAssertFactories.type(Dispatch.class))
                .actual();
    }

    public static Explanation explanation(Dispatch dispatch) {
        Explanation explanation = dispatch.decision().explanation();
        assertThat(explanation).isNotNull();
        return explanation;
    }

    /** Returns what the first profile says. */
    public static ProfileExplanation profile(Dispatch dispatch) {
        return explanation(dispatch).profiles().get(0);
    }

    /** Returns the endpoint that a request would be sent to. */
    public static String evaluated(Pointsman pointsman, String id) {
        SchedulingDecision decision = pointsman.evaluate(request(id)).decision();
        assertThat(decision).isNotNull();
        return decision.endpoint().id();
    }

    /** Expects that the scheduler cannot be built. */
    public static AbstractThrowableAssert<?, ? extends Throwable> refused(Pointsman.Builder builder) {
        return assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }

    /** Returns the requests in flight on each endpoint, by id. */
    public static Map<String, Long> requestsInFlight(Pointsman pointsman) {
        Map<String, Long> load = new TreeMap<>();
        for (CandidateExplanation candidate : candidates(pointsman)) {
            load.put(candidate.endpoint(), candidate.inFlightRequests());
        }
        return load;
    }

    /** Returns the tokens in flight on each endpoint, by id. */
    public static Map<String, Long> tokensInFlight(Pointsman pointsman) {
        Map<String, Long> load = new TreeMap<>();
        for (CandidateExplanation candidate : candidates(pointsman)) {
            load.put(candidate.endpoint(), candidate.inFlightTokens());
        }
        return load;
    }

    /** Returns the candidates of every profile that runs. */
    private static List<CandidateExplanation> candidates(Pointsman pointsman) {
        List<ProfileExplanation> profiles =
                pointsman.evaluate(request("probe")).explanation().profiles();
        assertThat(profiles).isNotEmpty();
        return profiles.stream()
                .flatMap(profile -> profile.candidates().stream())
                .toList();
    }

    /** A load scorer as a plugin author would write it. */
    static final class FewestRequests implements EndpointScorer {
        @Override
        public Set<DataKey> consumes() {
            return Set.of(InFlightLoad.REQUESTS);
        }

        @Override
        public double score(InferenceRequest request, Candidate candidate) {
            return 1.0 / (1 + candidate.number(InFlightLoad.REQUESTS));
        }
    }
}
