// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.LoraState;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A fleet, a request and some data to try a plugin with.
 *
 * @param name where it is, in messages
 * @param fleet the fleet
 * @param knowledge how much is known of the fleet and the request
 */
record Scenario(String name, TestFleet fleet, Knowledge knowledge) {
    private static final long NOW = Duration.ofHours(1).toNanos();
    private static final int PROMPT_BLOCKS = 20;
    private static final Role[] ROLES = Role.values();

    /** How much is known. */
    enum Knowledge {
        /** Nothing: no signal, no data, an empty prompt. */
        NOTHING("nothing known"),
        /** Some signals, an hour old, of some endpoints; data of every other endpoint. */
        SOMETHING("some things known"),
        /** Every signal, just observed, and all data. */
        EVERYTHING("everything known"),
        /** Every signal at its least or greatest value. */
        EXTREMES("extreme values");

        private final String words;

        Knowledge(String words) {
            this.words = words;
        }
    }

    /** Returns scenarios of 0, 1, 2, 10 and 1000 endpoints, some with holes in their slots, with each kind of knowledge. */
    static List<Scenario> standard() {
        List<Scenario> scenarios = new ArrayList<>();
        long incarnation = 1;
        for (Knowledge knowledge : Knowledge.values()) {
            for (int size : new int[] {0, 1, 2, 10, 1000}) {
                scenarios.add(of(size, knowledge, incarnation));
                incarnation += size;
            }
        }
        return scenarios;
    }

    /** Returns the scenarios of a fleet that the test brought. */
    static List<Scenario> over(TestFleet fleet) {
        String name = "over " + fleet + ", ";
        return List.of(
                new Scenario(name + Knowledge.NOTHING.words, fleet, Knowledge.NOTHING),
                new Scenario(name + Knowledge.EVERYTHING.words, fleet, Knowledge.EVERYTHING));
    }

    /** Starts a cycle; well-known data that the plugin declares to read is there as far as this scenario knows it. */
    TestCycle cycle(Set<DataKey> consumed) {
        TestCycle cycle = TestCycle.of(fleet, request()).now(NOW);
        if (knowledge != Knowledge.NOTHING) {
            consumed.forEach(key -> produce(cycle, key));
        }
        return cycle;
    }

    /** Tells whether this is the one scenario for what is tried only once: 10 endpoints of which everything is known. */
    boolean isTypical() {
        return knowledge == Knowledge.EVERYTHING && fleet.size() == 10;
    }

    private static Scenario of(int size, Knowledge knowledge, long firstIncarnation) {
        TestFleet.Builder builder = TestFleet.builder().observedAt(knowledge == Knowledge.SOMETHING ? 0 : NOW);
        boolean holes = size >= 10;
        for (int i = 0; i < size; i++) {
            if (holes && i % 3 == 0) {
                builder.hole();
            }
            Endpoint.Builder endpoint = Endpoint.builder("e" + i, "e" + i + ".test:8000");
            if (knowledge != Knowledge.NOTHING) {
                endpoint.label("zone", "z" + i % 2).model(TestRequests.MODEL).role(ROLES[i % ROLES.length]);
            }
            builder.endpoint(endpoint.build(), metrics(i, knowledge)).incarnation("e" + i, firstIncarnation + i);
        }
        String name = "over " + size + (size == 1 ? " endpoint" : " endpoints") + (holes ? " with holes" : "");
        return new Scenario(name + ", " + knowledge.words, builder.build(), knowledge);
    }

    private static EndpointMetrics metrics(int i, Knowledge knowledge) {
        return switch (knowledge) {
            case NOTHING -> EndpointMetrics.UNKNOWN;
            case SOMETHING ->
                i % 3 == 0
                        ? EndpointMetrics.UNKNOWN
                        : EndpointMetrics.builder(0).waitingRequests(i % 5).build();
            case EVERYTHING ->
                EndpointMetrics.builder(NOW)
                        .waitingRequests(i % 7)
                        .runningRequests(i % 11)
                        .kvUsage(i % 10 / 10.0)
                        .kvBlockSize(TestRequests.BLOCK_SIZE)
                        .kvBlockCount(1000 + i)
                        .lora(new LoraState(Set.of("adapter-" + i % 3), Set.of(), 4))
                        .build();
            case EXTREMES ->
                EndpointMetrics.builder(NOW)
                        .waitingRequests(i % 2 == 0 ? 0 : Integer.MAX_VALUE)
                        .runningRequests(i % 2 == 0 ? Integer.MAX_VALUE : 0)
                        .kvUsage(i % 2)
                        .kvBlockSize(i % 2 == 0 ? 1 : Integer.MAX_VALUE)
                        .kvBlockCount(i % 2 == 0 ? 0 : Long.MAX_VALUE)
                        .lora(new LoraState(Set.of(), Set.of(), i % 2 == 0 ? 0 : Integer.MAX_VALUE))
                        .build();
        };
    }

    private InferenceRequest request() {
        return switch (knowledge) {
            case NOTHING, EXTREMES -> TestRequests.request();
            case SOMETHING -> TestRequests.text("Which way to the station?");
            case EVERYTHING ->
                TestRequests.builder()
                        .prompt(TestRequests.tokens(PROMPT_BLOCKS * TestRequests.BLOCK_SIZE)
                                .prompt())
                        .sessionId("session-1")
                        .fairnessId("tenant-1")
                        .loraAdapter("adapter-1")
                        .priority(-1)
                        .ttftTarget(Duration.ofMillis(500))
                        .tpotTarget(Duration.ofMillis(50))
                        .expectedOutputTokens(100)
                        .build();
        };
    }

    private void produce(TestCycle cycle, DataKey key) {
        if (key.equals(PrefixMatch.of(key.producer()))) {
            cycle.with(PrefixMatch.of(key.producer()), new PrefixMatch(PROMPT_BLOCKS, TestRequests.BLOCK_SIZE));
        } else if (key.equals(Session.ID)) {
            cycle.with(Session.ID, "session-1");
        } else if (key.equals(InFlightLoad.EXPECTED_OUTPUT_TOKENS)) {
            cycle.with(InFlightLoad.EXPECTED_OUTPUT_TOKENS, 100L);
        } else if (key.equals(PrefixMatch.matchedBlocks(key.producer()))) {
            fill(cycle, PrefixMatch.matchedBlocks(key.producer()), PROMPT_BLOCKS);
        } else if (key.equals(InFlightLoad.REQUESTS)) {
            fill(cycle, InFlightLoad.REQUESTS, 1000);
        } else if (key.equals(InFlightLoad.TOKENS)) {
            fill(cycle, InFlightLoad.TOKENS, 1L << 40);
        } else if (key.equals(InFlightLoad.REQUEST_TOKENS)) {
            fill(cycle, InFlightLoad.REQUEST_TOKENS, 1L << 30);
        }
    }

    /** Gives each endpoint, or every other one, a number from 0 to a greatest one. */
    private void fill(TestCycle cycle, LongColumnKey key, long greatest) {
        List<String> ids = fleet.ids();
        for (int i = 0; i < ids.size(); i += knowledge == Knowledge.SOMETHING ? 2 : 1) {
            long number = knowledge == Knowledge.EXTREMES ? i % 2 * greatest : i * 7L % (Math.min(greatest, 100) + 1);
            cycle.with(key, ids.get(i), number);
        }
    }
}
