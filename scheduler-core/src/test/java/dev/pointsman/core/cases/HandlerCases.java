// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.config.PluginLookup;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Cases of profile handlers and deciders: what a handler runs next, and what it makes of results, with the deciders that its
 * parameters name.
 */
final class HandlerCases implements CaseGroup {
    private static final String DECODE = "decode";

    private final List<CaseGroup> others = List.of(new DeciderCases(), new StagedCases());

    @Override
    public boolean takes(Case one) {
        return "profile-handler".equals(one.text("kind", "")) || others.stream().anyMatch(group -> group.takes(one));
    }

    @Override
    public void run(Case one) {
        if ("profile-handler".equals(one.text("kind", ""))) {
            handler(one);
            return;
        }
        others.stream()
                .filter(group -> group.takes(one))
                .findFirst()
                .orElseThrow(() -> new Mismatch("is not known to this runner"))
                .run(one);
    }

    private static void handler(Case one) {
        Case state = one.object("state");
        Case harness = one.object("harness");
        Case expected = one.object("expected");
        Case request = one.object("request");
        Map<String, List<String>> choices = new LinkedHashMap<>();
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        Case given = state.object("profileResults");
        for (String profile : given.names()) {
            List<String> ids = new ArrayList<>();
            for (Object choice : given.list(profile)) {
                Endpoint endpoint = endpoint(choice, endpoints.size());
                endpoints.putIfAbsent(endpoint.id(), endpoint);
                ids.add(endpoint.id());
            }
            choices.put(profile, ids);
        }
        List<String> targets = new ArrayList<>();
        for (Case candidate : one.objects("endpoints")) {
            Endpoint endpoint = endpoint(candidate, endpoints.size());
            endpoints.put(endpoint.id(), endpoint);
            targets.add(endpoint.id());
        }
        List<String> profiles = profiles(state, harness, choices.keySet(), one.text("plugin"));
        boolean next = expected.has("nextProfiles");
        if (!next && !given.has(profiles.get(0)) && !targets.isEmpty()) {
            choices.put(profiles.get(0), targets);
        } else if (!next && !expected.flag("error", false) && profiles.contains(DECODE) && !given.has(DECODE)) {
            // The case names no decode endpoint, and a decision has one.
            Endpoint standIn = Endpoint.of("decode-endpoint", "10.255.255.1:8000");
            endpoints.put(standIn.id(), standIn);
            choices.put(DECODE, List.of(standIn.id()));
        }
        TestFleet.Builder fleet = TestFleet.builder();
        endpoints.values().forEach(fleet::endpoint);
        TestCycle cycle = TestCycle.of(fleet.build(), DeciderCases.request(request));
        cachedOnDecodePick(cycle, request, choices);
        GivenResults results = GivenResults.of(profiles, choices, cycle.fleet());
        Object plugin = DeciderCases.plugin(one.text("plugin"), one.map("params"), deciders(harness));
        if (plugin instanceof ProfileHandler handler) {
            if (next) {
                Mismatch.require(
                        expected.path() + ".nextProfiles",
                        new TreeSet<>(expected.list("nextProfiles").stream()
                                .map(String::valueOf)
                                .toList()),
                        new TreeSet<>(handler.next(cycle, results)));
            }
            peer(cycle, expected);
            decision(handler, cycle, results, expected);
        } else if (plugin instanceof RequestDecorator decorator) {
            Map<String, String> headers = new LinkedHashMap<>();
            List<Leg> legs = results.results().stream()
                    .map(ProfileResult::leg)
                    .filter(Objects::nonNull)
                    .toList();
            Leg primary = legs.stream()
                    .filter(leg -> leg.profile().equals(DECODE))
                    .findFirst()
                    .orElseThrow(() -> new Mismatch("no profile decodes"));
            decorator.decorate(
                    cycle, primary, legs.stream().filter(leg -> leg != primary).toList(), headers);
            headers(expected, headers);
        } else {
            throw new Mismatch(plugin + ": is no profile handler");
        }
    }

    private static void peer(TestCycle cycle, Case expected) {
        if (expected.hasAny("peer", "peerEndpoint")) {
            Endpoint peer = cycle.attribute(Peer.ENDPOINT);
            Mismatch.require(
                    expected.path() + ".peer",
                    expected.text(expected.either("peer", "peerEndpoint"), null),
                    peer == null ? null : peer.id());
        }
    }

    private static void decision(ProfileHandler handler, TestCycle cycle, GivenResults results, Case expected) {
        String legsName = expected.either("resultProfiles", "profiles", "includedProfiles");
        String primaryName = expected.either("primaryProfile", "primary", "primaryProfileName");
        if (!expected.hasAny("headers", "targetPorts", "error", primaryName, legsName, "absentHeaders")) {
            return;
        }
        GivenResults.Draft draft = new GivenResults.Draft();
        boolean failed = false;
        try {
            handler.validate(results.declared());
            handler.fold(cycle, results, draft);
        } catch (RuntimeException refused) {
            failed = true;
        }
        failed |= draft.rejection != null || draft.primary == null;
        Mismatch.require(expected.path() + ".error", expected.flag("error", false), failed);
        if (failed) {
            return;
        }
        headers(expected, draft.headers);
        if (expected.has(primaryName)) {
            Mismatch.require(expected.path() + "." + primaryName, expected.text(primaryName), draft.primary);
        }
        if (expected.has(legsName)) {
            Set<String> legs = new TreeSet<>(draft.legs);
            legs.add(String.valueOf(draft.primary));
            Mismatch.require(
                    expected.path() + "." + legsName,
                    new TreeSet<>(expected.list(legsName).stream()
                            .map(String::valueOf)
                            .toList()),
                    legs);
        }
        if (expected.has("targetPorts")) {
            Mismatch.require(
                    expected.path() + ".targetPorts",
                    expected.list("targetPorts").stream().map(String::valueOf).toList(),
                    ports(results, String.valueOf(draft.primary), draft.port));
        }
    }

    private static List<String> ports(GivenResults results, String profile, int port) {
        ProfileResult result = results.result(profile);
        Leg leg = result == null ? null : result.leg();
        if (leg == null) {
            return List.of();
        }
        List<Target> targets = new ArrayList<>(List.of(leg.target()));
        targets.addAll(leg.fallbacks());
        return targets.stream()
                .map(target -> target.endpoint().address())
                .map(address -> port > 0 ? Integer.toString(port) : address.substring(address.lastIndexOf(':') + 1))
                .toList();
    }

    /** Compares the headers that are set; those that are removed count as absent. */
    private static void headers(Case expected, Map<String, String> headers) {
        for (Object absent : expected.list("absentHeaders")) {
            Mismatch.require(expected.path() + ".absentHeaders", "", headers.getOrDefault(String.valueOf(absent), ""));
        }
        if (!expected.has("headers")) {
            return;
        }
        Map<String, String> wanted = new TreeMap<>();
        expected.map("headers").forEach((name, value) -> {
            if (value != null && !String.valueOf(value).isEmpty()) {
                wanted.put(name, String.valueOf(value));
            }
        });
        Map<String, String> set = new TreeMap<>(headers);
        set.values().removeIf(String::isEmpty);
        Mismatch.require(expected.path() + ".headers", wanted, set);
    }

    private static List<String> profiles(Case state, Case harness, Set<String> ran, String plugin) {
        Case from = state.has("configuredProfiles") ? state : harness;
        List<String> declared =
                from.list("configuredProfiles").stream().map(String::valueOf).toList();
        if (!declared.isEmpty()) {
            return declared;
        }
        Set<String> names = new LinkedHashSet<>();
        if (!plugin.startsWith("single") && !plugin.startsWith("data-parallel")) {
            names.add(DECODE);
        }
        names.addAll(ran);
        return names.isEmpty() ? List.of("default") : List.copyOf(names);
    }

    private static void cachedOnDecodePick(TestCycle cycle, Case request, Map<String, List<String>> choices) {
        String name = request.either("cachedTokensOnDecodePick", "cachedTokens");
        List<String> decoding = choices.getOrDefault(DECODE, List.of());
        if (request.has(name) && !decoding.isEmpty()) {
            long prompt = cycle.request().prompt().tokenCount();
            DeciderCases.setCached(
                    cycle, decoding.get(0), PrefixMatch.DEFAULT_PRODUCER, request.integer(name), prompt, 1);
        } else {
            request.raw(name);
        }
    }

    /** Finds deciders by their type, made with those of the case's parameters that they have. */
    static PluginLookup deciders(Case harness) {
        Map<String, ?> parameters = harness.map("deciderParams");
        return (path, name) -> {
            PluginFactory factory = DeciderCases.factory(name);
            if (factory == null) {
                throw ParameterException.unknown(path, "plugin", name, List.of());
            }
            Map<String, Object> own = new LinkedHashMap<>();
            for (ParameterSpec spec : factory.parameters()) {
                Object value = parameters.get(spec.name());
                if (value != null) {
                    own.put(spec.name(), value);
                }
            }
            return DeciderCases.plugin(name, own, (at, other) -> {
                throw ParameterException.unknown(at, "plugin", other, List.of());
            });
        };
    }

    /** Reads a choice: an address, a name, or an endpoint's parts. */
    static Endpoint endpoint(@Nullable Object given, int number) {
        if (given instanceof Case parts) {
            String name = parts.text("name", "e" + number);
            String host = parts.text("address", "10.0.0." + (number + 1));
            String port = parts.text("port", "8000");
            boolean bare = host.indexOf(':') < 0;
            boolean whole = !bare && host.indexOf(':') == host.lastIndexOf(':');
            Endpoint.Builder builder =
                    Endpoint.builder(name, whole ? host : (bare ? host : "[" + host + "]") + ":" + port);
            parts.map("labels").forEach((label, value) -> builder.label(label, String.valueOf(value)));
            return builder.build();
        }
        if (given instanceof Map<?, ?> parts) {
            return endpoint(Case.of("choice", parts), number);
        }
        String text = String.valueOf(given);
        return text.indexOf(':') > 0 ? Endpoint.of(text, text) : Endpoint.of(text, "10.0.0." + (number + 1) + ":8000");
    }
}
