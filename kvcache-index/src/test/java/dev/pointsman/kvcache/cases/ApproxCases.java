// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.BlockHasher;
import dev.pointsman.kvcache.PrefixMatches;
import dev.pointsman.kvcache.RoutingHistory;
import dev.pointsman.kvcache.SpeculativePrefixIndex;
import dev.pointsman.kvcache.TokenSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Cases of what is guessed from where requests were sent, alone or beside what events tell: routes, waits, the steps of {@link
 * IndexCases} and queries, in the order in which they stand in a list of steps, or else each of them once in the order routes,
 * wait, query.
 */
final class ApproxCases implements CaseGroup {
    private static final String[] CAPACITY = {
        "capacityBlocks", "capacity", "maxBlocks", "lruCapacity", "maxTreeSize", "max_tree_size"
    };
    private static final Set<String> SETTINGS = Set.of("blockSize", "block_size", "ttlMs", "ttl_ms", "queries");
    private static final Set<String> EVENTS = Set.of("store", "remove", "clear", "removeRank");

    @Override
    public void run(Case one) {
        new Run(one).take(one);
    }

    private static final class Run {
        private final Endpoints endpoints = new Endpoints();
        private final PrefixMatches matches = new PrefixMatches();
        private final BlockHasher hasher;
        private final SpeculativePrefixIndex index;
        private final IndexCases.Run events;

        /** Whether it is said how many tokens a block has; if not, prompts are lists of contents, one for each block. */
        private final boolean sized;

        /** Whether keys are contents, as where events tell of blocks, and not tokens. */
        private final boolean contents;

        private long now;

        Run(Case one) {
            String blockSize = one.either("blockSize", "block_size");
            hasher = new BlockHasher((int) one.integer(blockSize, 1));
            sized = one.has(blockSize);
            contents = !sized || one.objects("steps").stream().anyMatch(Run::isEvent);
            String time = one.either("ttlMs", "ttl_ms");
            long timeToLive =
                    one.has(time) ? Duration.ofMillis(one.integer(time)).toNanos() : RoutingHistory.NO_EXPIRY;
            index = new SpeculativePrefixIndex(Indexes.counted(), Indexes.counted(), capacity(one), timeToLive);
            events = new IndexCases.Run(index, endpoints, false);
        }

        /** Returns how many blocks an endpoint may have; a tree's size is in tokens. */
        private int capacity(Case one) {
            String field = one.either(CAPACITY);
            long capacity = one.integer(field, 31_250);
            return (int) (field.contains("ree") ? capacity / hasher.blockSize() : capacity);
        }

        private static boolean isEvent(Case step) {
            return EVENTS.contains(step.text("op", ""));
        }

        /** Does what an object says, and then what its lists say. */
        void take(Case step) {
            int known = 0;
            for (String field : List.of("route", "routes")) {
                for (Case route : step.objects(field)) {
                    route(route);
                    known++;
                }
            }
            if ("route".equals(step.text("op", null))) {
                route(step);
                known++;
            }
            if (isEvent(step)) {
                at(step);
                events.take(step, 0);
                known++;
            }
            for (Case store : step.objects("store")) {
                events.store(store, 0);
                known++;
            }
            String wait = step.either("waitMs", "advanceMs", "ms");
            if (step.has(wait)) {
                now += Duration.ofMillis(step.integer(wait)).toNanos();
                known++;
            }
            String leaves = step.either("removeEndpoint", "leave");
            if (step.has(leaves) || "removeEndpoint".equals(step.text("op", null))) {
                index.clear(endpoints.slot(step.text(step.either("removeEndpoint", "leave", "ep"))));
                known++;
            }
            if (step.hasAny("query", "expect") || "query".equals(step.text("op", null))) {
                ask(step);
                known++;
            }
            for (String field : List.of("steps", "then", "queries")) {
                for (Case next : step.objects(field)) {
                    take(next);
                    known++;
                }
            }
            if (known == 0 && !SETTINGS.containsAll(step.names()) && !step.hasAny(CAPACITY)) {
                throw new Mismatch(step.path() + ": is a step of a kind not known to this runner: " + step);
            }
        }

        private void at(Case step) {
            String times = step.either("atMs", "at");
            if (step.has(times)) {
                now = Math.max(now, Duration.ofMillis(step.integer(times)).toNanos());
            }
        }

        private void route(Case route) {
            at(route);
            long[] hashes = hashes(route, "tokens", "keys", "blocks");
            index.route(endpoints.slot(route.text("ep")), hashes, hashes.length, now);
        }

        private void ask(Case query) {
            at(query);
            index.expire(now);
            if (contents && query.has("keys")) {
                events.ask(query);
                return;
            }
            long[] hashes = hashes(query, "query", "tokens", "keys");
            index.match(hashes, hashes.length, matches);
            Map<String, Long> expected = new TreeMap<>();
            Case expectation = query.object("expect");
            for (String endpoint : expectation.names()) {
                if (expectation.integer(endpoint) != 0) {
                    expected.put(endpoint, expectation.integer(endpoint));
                }
            }
            Mismatch.require(query.path(), expected, endpoints.matched(matches));
        }

        private long[] hashes(Case step, String... fields) {
            String field = step.either(fields);
            if (!sized || (contents && !field.equals("tokens") && !field.equals("query"))) {
                return events.chain(new ArrayList<>(step.list(field)), events.namespace(step));
            }
            int[] tokens = step.tokens(field);
            long[] hashes = new long[hasher.blocksOfTokens(tokens.length)];
            hasher.hashTokens(TokenSource.of(tokens), hasher.namespace("model", null, null, List.of()), hashes);
            return hashes;
        }
    }
}
