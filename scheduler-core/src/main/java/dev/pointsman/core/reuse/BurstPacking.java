// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Assigns the prompts of a burst to replicas, so that equal prompts go to the same one (the rules of llm-d's {@code
 * burst-prefix-cache-producer}).
 *
 * <p>Prompts of equal blocks are a group. Groups of two or more come first, the longest prompt first; then single prompts, if they
 * share at least so many leading blocks with another of the burst. A single prompt that shares nothing is not assigned: nothing is
 * gained by it. A group goes to a replica that has a prompt of this burst with as many leading blocks in common, if that one is
 * below its fair share, the whole load over the number of replicas, rounded up; or else to the one with the least load of this
 * burst, the fewest running requests, the first name. There it fills the replica up to the limit, and what is left goes on in the
 * same way. When all replicas are full, each that is left goes to the least loaded.
 *
 * <p>Block hashes are chained, so two prompts share their first {@code n} blocks if their n-th hashes are equal. Not thread-safe; for
 * one burst. Time is proportional to the prompts, times the replicas.
 */
final class BurstPacking {
    /** What is returned for a prompt that is not assigned. */
    static final int NOWHERE = -1;

    private final Settings settings;
    private final List<Prefix> prefixes;
    private final Replica[] replicas;
    private final int[] assigned;
    private final long fairShare;

    private BurstPacking(Settings settings, List<Prefix> prefixes, List<Replica> replicas) {
        this.settings = settings;
        this.prefixes = prefixes;
        this.replicas = replicas.toArray(new Replica[0]);
        this.assigned = new int[prefixes.size()];
        Arrays.fill(assigned, NOWHERE);
        long total = 0;
        for (Prefix prefix : prefixes) {
            total += weight(prefix);
        }
        this.fairShare = (total + this.replicas.length - 1) / this.replicas.length;
    }

    /**
     * Assigns prompts.
     *
     * @param replicas at least one, as fresh objects
     * @return for each prompt the position of its replica, or {@link #NOWHERE}
     */
    static int[] pack(Settings settings, List<Prefix> prefixes, List<Replica> replicas) {
        BurstPacking packing = new BurstPacking(settings, prefixes, replicas);
        packing.pack();
        return packing.assigned;
    }

    private void pack() {
        Map<Long, Integer> sharing = new HashMap<>();
        Map<Prefix.Name, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < prefixes.size(); i++) {
            Prefix prefix = prefixes.get(i);
            if (prefix.hashes.length > 0) {
                groups.computeIfAbsent(prefix.name(), absent -> new ArrayList<>())
                        .add(i);
            }
            if (leads(prefix)) {
                sharing.merge(lead(prefix), 1, Integer::sum);
            }
        }
        List<List<Integer>> order = new ArrayList<>();
        for (List<Integer> group : groups.values()) {
            Prefix first = prefixes.get(group.get(0));
            if (group.size() > 1 || (leads(first) && sharing.getOrDefault(lead(first), 0) > 1)) {
                order.add(group);
            }
        }
        order.sort(Comparator.<List<Integer>>comparingInt(group -> group.size() > 1 ? 0 : 1)
                .thenComparingInt(group -> -prefixes.get(group.get(0)).hashes.length));
        order.forEach(this::place);
    }

    private void place(List<Integer> group) {
        Prefix prefix = prefixes.get(group.get(0));
        int at = NOWHERE;
        for (int i : group) {
            if (at == NOWHERE || full(replicas[at])) {
                at = choose(prefix);
            }
            Replica replica = replicas[at];
            replica.requests++;
            replica.load += weight(prefixes.get(i));
            if (leads(prefix)) {
                replica.put(lead(prefix));
            }
            assigned[i] = at;
        }
    }

    private int choose(Prefix prefix) {
        int best = NOWHERE;
        boolean bestRoom = false;
        boolean bestHolds = false;
        for (int i = 0; i < replicas.length; i++) {
            boolean room = !full(replicas[i]);
            boolean holds = leads(prefix) && replicas[i].load < fairShare && replicas[i].has(lead(prefix));
            boolean better = best == NOWHERE
                    || (room != bestRoom ? room : holds != bestHolds ? holds : replicas[i].comesBefore(replicas[best]));
            if (better) {
                best = i;
                bestRoom = room;
                bestHolds = holds;
            }
        }
        return best;
    }

    private boolean full(Replica replica) {
        return settings.maxPerReplica >= 0 && replica.requests >= settings.maxPerReplica;
    }

    /** Tells whether a prompt is long enough to share as many leading blocks as count. */
    private boolean leads(Prefix prefix) {
        return settings.minColocateBlocks > 0 && prefix.hashes.length >= settings.minColocateBlocks;
    }

    private long lead(Prefix prefix) {
        return prefix.hashes[settings.minColocateBlocks - 1];
    }

    private long weight(Prefix prefix) {
        return settings.byTokens ? prefix.tokens : 1;
    }

    /**
     * How to pack.
     *
     * @param maxPerReplica requests of a burst on one replica while others have room, or negative for no limit
     * @param minColocateBlocks leading blocks that different prompts must share to be kept together, or 0 for never
     * @param byTokens whether load is counted in tokens, rather than requests
     */
    record Settings(int maxPerReplica, int minColocateBlocks, boolean byTokens) {}

    /** One prompt of a burst: its chained block hashes and its length. */
    static final class Prefix {
        final long[] hashes;
        final int tokens;

        Prefix(long[] hashes, int tokens) {
            this.hashes = hashes;
            this.tokens = tokens;
        }

        /** Returns what equal prompts have in common. */
        private Name name() {
            return new Name(hashes.length, hashes[hashes.length - 1]);
        }

        private record Name(int blocks, long last) {}
    }

    /** One replica and what a burst has put there. */
    static final class Replica {
        private final String name;
        private final int running;
        private @Nullable Set<Long> leads;
        private int requests;
        private long load;

        /**
         * Makes a replica without load of the burst.
         *
         * @param name its name, which settles ties
         * @param running the requests that run there
         */
        Replica(String name, int running) {
            this.name = name;
            this.running = running;
        }

        private void put(long lead) {
            if (leads == null) { // Most replicas of a large fleet get nothing of a burst.
                leads = new HashSet<>();
            }
            leads.add(lead);
        }

        private boolean has(long lead) {
            return leads != null && leads.contains(lead);
        }

        private boolean comesBefore(Replica other) {
            if (load != other.load) {
                return load < other.load;
            }
            return running != other.running ? running < other.running : name.compareTo(other.name) < 0;
        }
    }
}
