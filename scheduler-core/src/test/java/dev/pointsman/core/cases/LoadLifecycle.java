// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.handler.DisaggProfileHandler;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a request counts on the endpoints of its legs, from when it is dispatched to when it ends. Whose leg an endpoint is, its name
 * says; how far the request is, the name of what is expected.
 */
final class LoadLifecycle {
    private static final List<String> PROFILES = List.of("prefill", "decode");
    private static final String ROLE = "llm-d.ai/role";

    private LoadLifecycle() {}

    static void run(Case one, PluginFactory factory) {
        Map<String, String> endpointOf = new LinkedHashMap<>();
        Fleet fleet = Fleet.create();
        for (Case endpoint : one.objects("endpoints")) {
            String id = endpoint.text("name");
            String profile = profileIn(one, id);
            endpointOf.put(profile, id);
            fleet.join(Endpoint.builder(id, id + ":8000").label(ROLE, profile).build());
        }
        Case request = one.object("request");
        Case expected = one.object("expected");
        try (Pointsman pointsman = scheduler(fleet, factory, one.map("params"), endpointOf.size() > 1)) {
            int tokens = (int) request.integer(request.either("inputTokens", "tokenCount", "promptTokens"), 0);
            InferenceRequest asked =
                    TestRequests.builder().tokens(new int[tokens]).build();
            if (!(pointsman.schedule(asked) instanceof Dispatch dispatch)) {
                throw new Mismatch(one.path() + ": was refused");
            }
            for (String step : expected.names()) {
                proceed(step.toLowerCase(Locale.ROOT), dispatch);
                require(step, expected, endpointOf, pointsman);
            }
        }
    }

    private static String profileIn(Case one, String name) {
        return PROFILES.stream()
                .filter(name::contains)
                .findFirst()
                .orElseThrow(() -> new Mismatch(one.path() + ": whose endpoint " + name + " is, nothing says"));
    }

    private static Pointsman scheduler(Fleet fleet, PluginFactory factory, Map<String, ?> params, boolean staged) {
        Pointsman.Builder builder = Pointsman.builder(fleet)
                .factory(factory)
                .plugin(PluginRef.type(InFlightLoad.PRODUCER, params))
                .profile(Profile.builder("decode").filter("decode-filter").build());
        if (staged) {
            builder.profile(Profile.builder("prefill").filter("prefill-filter").build())
                    .profileHandler(PluginRef.instance(
                            "handler",
                            DisaggProfileHandler.builder()
                                    .prefillDecider((cycle, decode) -> true)
                                    .build()));
        }
        return builder.build();
    }

    private static void proceed(String step, Dispatch dispatch) {
        if (step.contains("end") || step.contains("eos") || step.contains("complet") || step.contains("last")) {
            dispatch.firstToken();
            dispatch.completed(Usage.UNKNOWN);
        } else if (step.contains("first") || step.contains("chunk") || step.contains("start")) {
            dispatch.firstToken();
        } else if (!step.contains("prerequest") && !step.contains("dispatch") && !step.contains("before")) {
            throw new Mismatch("step " + step + ": is not known to this runner");
        }
    }

    private static void require(String step, Case expected, Map<String, String> endpointOf, Pointsman pointsman) {
        if (!(expected.raw(step) instanceof Map<?, ?>)) {
            String lower = step.toLowerCase(Locale.ROOT);
            String profile = lower.contains("prefill") ? "prefill" : "decode";
            count(step, expected, lower.contains("token"), endpointOf.getOrDefault(profile, ""), pointsman);
            return;
        }
        Case counts = expected.object(step);
        for (String name : counts.names()) {
            String id = endpointOf.getOrDefault(name, name);
            if (counts.raw(name) instanceof Map<?, ?>) {
                Case its = counts.object(name);
                its.names().forEach(what -> count(what, its, what.startsWith("token"), id, pointsman));
            } else {
                count(name, counts, step.toLowerCase(Locale.ROOT).contains("token"), id, pointsman);
            }
        }
    }

    private static void count(String field, Case expected, boolean tokens, String id, Pointsman pointsman) {
        long actual = tokens ? pointsman.tokensInFlight(id) : pointsman.requestsInFlight(id);
        Mismatch.require(expected.path() + "." + field, expected.integer(field), actual);
    }
}
