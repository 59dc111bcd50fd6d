// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.core.reuse.Sent;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Cases of what the approximate prefix producer says is cached, after requests that went somewhere or with blocks that servers are
 * known to have.
 */
final class ApproxHistory {
    private static final String[] MATCHES = {
        "matches", "matchBlocks", "matchedBlocks", "prefixMatch", "hits", "matchLengths"
    };
    private static final String[] SENT = {"history", "previous", "sent", "preRequests", "requests"};
    private static final String[] HELD = {"index", "servers", "cached", "lru", "holders"};
    private static final String[] KEYS = {"blockKeys", "hashes", "blockHashes", "blocks"};
    private static final String[] TARGET = {"target", "endpoint", "server", "pod", "picked", "decode"};
    private static final int BLOCK_SIZE = 64;

    private ApproxHistory() {}

    static boolean takes(Case one) {
        return one.object("expected").hasAny(MATCHES)
                || (one.object("state").hasAny(SENT) && one.object("expected").has("totalBlocks"));
    }

    static void run(Case one, DataProducer producer, String type) {
        Case state = one.object("state");
        Case request = one.object("request");
        List<?> keys = request.list(request.either(KEYS));
        Map<String, List<String>> held = state.hasAny(HELD) ? held(state, keys) : Map.of();
        List<Case> history = state.hasAny(SENT) ? state.objects(state.either(SENT)) : List.of();
        Sent fleet = new Sent(producer, fleet(one, keys, held, history));
        held.forEach((server, its) -> {
            if (!its.isEmpty()) {
                int end = keyTexts(keys).indexOf(its.get(its.size() - 1)) + 1;
                fleet.send(blocks(keys.subList(0, end), request), server);
            }
        });
        for (Case sent : history) {
            String prefill = sent.text("prefill", null);
            fleet.send(
                    request(sent),
                    sent.text(sent.either(TARGET)),
                    prefill == null ? Map.of() : Map.of("prefill", prefill));
        }
        TestCycle cycle = fleet.produced(keys.isEmpty() ? request(request) : blocks(keys, request));
        require(one.object("expected"), cycle, type);
    }

    /** Blocks that are not a prompt's first ones are what is left of a longer prompt on a server that keeps no more. */
    private static TestFleet fleet(Case one, List<?> keys, Map<String, List<String>> held, List<Case> history) {
        List<Case> endpoints = one.objects("endpoints");
        TestFleet.Builder fleet =
                endpoints.isEmpty() ? TestFleet.builder() : ProducerCases.fleet(endpoints).toBuilder();
        Set<String> known = new LinkedHashSet<>();
        endpoints.forEach(endpoint -> known.add(endpoint.text("name")));
        held.forEach((server, its) -> {
            int start = its.isEmpty() ? 0 : keyTexts(keys).indexOf(its.get(0));
            if (!keyTexts(keys).subList(start, start + its.size()).equals(its)
                    || (start > 0 && known.contains(server))) {
                throw new Mismatch("server " + server + ": cannot come to have " + its + " of " + keys);
            }
            if (known.add(server)) {
                fleet.endpoint(server, signals -> {
                    if (start > 0) {
                        signals.kvBlockCount(its.size());
                    }
                });
            }
        });
        for (Case sent : history) {
            for (String server : new String[] {sent.text(sent.either(TARGET)), sent.text("prefill", null)}) {
                if (server != null && known.add(server)) {
                    fleet.endpoint(server);
                }
            }
        }
        return fleet.build();
    }

    /** Reads who has which blocks, by server or by block. */
    private static Map<String, List<String>> held(Case state, List<?> keys) {
        Map<String, List<String>> held = new LinkedHashMap<>();
        Case index = state.object(state.either(HELD));
        boolean byBlock = !index.names().isEmpty() && keyTexts(keys).containsAll(index.names());
        for (String name : index.names()) {
            if (byBlock) {
                for (Object server : index.list(name)) {
                    held.computeIfAbsent(String.valueOf(server), absent -> new ArrayList<>())
                            .add(name);
                }
            } else {
                held.put(name, keyTexts(index.list(name)));
            }
        }
        held.values()
                .forEach(its -> its.sort((a, b) -> Integer.compare(
                        keyTexts(keys).indexOf(a), keyTexts(keys).indexOf(b))));
        return held;
    }

    private static List<String> keyTexts(List<?> keys) {
        return new ArrayList<>(keys.stream().map(String::valueOf).toList());
    }

    private static InferenceRequest blocks(List<?> keys, Case request) {
        long[] hashes =
                keys.stream().mapToLong(key -> String.valueOf(key).hashCode()).toArray();
        return builder(request)
                .prompt(Prompt.blocks(hashes, BLOCK_SIZE, BLOCK_SIZE * hashes.length))
                .build();
    }

    private static InferenceRequest request(Case request) {
        InferenceRequest.Builder builder = builder(request);
        if (request.hasAny("prompt", "text")) {
            return builder.text(request.text(request.either("prompt", "text"))).build();
        }
        if (request.has("tokens")) {
            return builder.tokens(PrefixProducerCases.tokens(request)).build();
        }
        if (request.hasAny(KEYS)) {
            return blocks(request.list(request.either(KEYS)), request);
        }
        int count = (int) request.integer(request.either("tokenCount", "promptTokens"));
        return builder.tokens(LongStream.range(0, count)
                        .mapToInt(token -> (int) token)
                        .toArray())
                .build();
    }

    private static InferenceRequest.Builder builder(Case request) {
        String model = request.text(request.either("model", "targetModel"), TestRequests.MODEL);
        InferenceRequest.Builder builder =
                InferenceRequest.builder(TestRequests.ID, model == null ? TestRequests.MODEL : model);
        String salt = request.text("cacheSalt", null);
        return salt == null ? builder : builder.cacheSalt(salt);
    }

    private static void require(Case expected, TestCycle cycle, String type) {
        PrefixMatch match = cycle.attribute(PrefixMatch.of(type));
        Map<String, Long> blocks = cycle.numbers(PrefixMatch.matchedBlocks(type));
        if (expected.has("totalBlocks")) {
            Mismatch.require("totalBlocks", expected.integer("totalBlocks"), match == null ? 0L : match.totalBlocks());
        }
        String field = expected.either(MATCHES);
        if (!(expected.raw(field) instanceof Map<?, ?>)) {
            if (expected.has(field)) {
                Mismatch.require(field, List.of(expected.integer(field)), List.copyOf(blocks.values()));
            }
            return;
        }
        Case matches = expected.object(field);
        for (String server : matches.names()) {
            long actual = blocks.getOrDefault(server, 0L);
            if (!(matches.raw(server) instanceof Map<?, ?>)) {
                Mismatch.require(field + " of " + server, matches.integer(server), actual);
                continue;
            }
            Case one = matches.object(server);
            Mismatch.require(field + " of " + server, one.integer(one.either("matchBlocks", "match")), actual);
            String total = one.either("totalBlocks", "total");
            if (one.has(total)) {
                Mismatch.require(total, one.integer(total), match == null ? 0L : match.totalBlocks());
            }
            String size = one.either("blockSizeTokens", "blockSize");
            if (one.has(size)) {
                Mismatch.require(size, one.integer(size), match == null ? 0L : match.blockSize());
            }
        }
        if (!field.equals("prefixMatch")) {
            blocks.forEach((server, its) -> Mismatch.require(field + " of " + server, matches.integer(server, 0), its));
        }
    }
}
