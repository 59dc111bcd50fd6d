// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.RequestDecorator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a peer from which the endpoint that computes a prompt can pull KV, and names it in a request header (llm-d's {@code
 * p2p-source-producer}).
 *
 * <p>Sources are the candidates whose cached blocks, counted from the prompt's start, are at most one fewer than the most that any
 * has, and at least 1. Where the prefix producer says in which tiers blocks lie ({@link dev.pointsman.core.producer.PrecisePrefixProducer#blocksIn}), those in
 * the host's memory count, because only they can be pulled. One of the sources is chosen with a chance in proportion to {@code
 * 1 / (1 + waiting requests)}; an unknown number of them counts as 0. Chance is FNV-1a of the request's id, so that every replica
 * chooses alike. Writes {@link KvSource#of}.
 *
 * <p>Once it is decided where the request goes, the header {@value #HEADER} is set to the source's address, if the source is
 * another endpoint than the one that computes the prompt, which is the target of the leg of the prefill profile or, without one,
 * of the leg that answers, and has so many tokens more than that one has in any tier. Otherwise the header's value is empty, so
 * that what a client sent is removed.
 *
 * <p>Thread-safe. O(candidates); allocates two small objects.
 */
public final class KvSourceProducer implements DataProducer, RequestDecorator {
    /** The type's name, and the name under which it writes unless told otherwise. */
    public static final String TYPE = "p2p-source-producer";

    /** The header that names the source, as {@code host:port}. */
    public static final String HEADER = "x-kv-cache-source-host-port";

    /** No producer says more; keeps products from overflowing. */
    private static final long MOST_BLOCKS = Integer.MAX_VALUE;

    /** As the precise prefix producer names its column; this package knows no other producer. */
    private static final String HOST_BLOCKS = "prefix-match.host-blocks";

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final AttributeKey<KvSource> sourceKey;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final LongColumnKey hostBlocksKey;
    private final String prefillProfile;
    private final long minTokenDelta;

    /**
     * Makes a producer.
     *
     * @param name the name under which it writes
     * @param prefixProducer the prefix producer whose matches count
     * @param prefillProfile the profile whose target computes prompts, if it runs
     * @param minTokenDelta how many tokens more than the computing endpoint a source must have, at least 1
     */
    public KvSourceProducer(String name, String prefixProducer, String prefillProfile, long minTokenDelta) {
        if (minTokenDelta < 1) {
            throw new IllegalArgumentException("minTokenDelta: must be at least 1, but was " + minTokenDelta
                    + ".\nMaybe 1, to pull whatever there is to gain.");
        }
        sourceKey = KvSource.of(name);
        matchKey = PrefixMatch.of(prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(prefixProducer);
        hostBlocksKey = new LongColumnKey(HOST_BLOCKS, prefixProducer);
        this.prefillProfile = requireNonNull(prefillProfile, "prefillProfile");
        this.minTokenDelta = minTokenDelta;
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(sourceKey);
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(matchKey, blocksKey);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(hostBlocksKey);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        PrefixMatch match = cycle.attribute(matchKey);
        if (match == null) {
            return;
        }
        LongColumn blocks = pullable(cycle, candidates);
        long most = 0;
        for (int i = 0; i < candidates.size(); i++) {
            most = Math.max(most, blocks.get(candidates.slot(i))); // A missing number is less than any.
        }
        if (most == 0) {
            return;
        }
        int chosen = choose(cycle, candidates, blocks, Math.max(1, most - 1));
        cycle.put(sourceKey, new KvSource(candidates.endpoint(chosen), tokens(blocks, candidates.slot(chosen), match)));
    }

    private static long tokens(LongColumn blocks, int slot, PrefixMatch match) {
        return Math.max(0, Math.min(blocks.get(slot), MOST_BLOCKS)) * match.blockSize();
    }

    /** Returns the blocks in the host's memory if it is known of anybody which are, or else those cached anywhere. */
    private LongColumn pullable(SchedulingCycle cycle, Candidates candidates) {
        LongColumn hostBlocks = cycle.column(hostBlocksKey);
        for (int i = 0; i < candidates.size(); i++) {
            if (hostBlocks.has(candidates.slot(i))) {
                return hostBlocks;
            }
        }
        return cycle.column(blocksKey);
    }

    private static int choose(ProductionCycle cycle, Candidates candidates, LongColumn blocks, long least) {
        double total = 0;
        for (int i = 0; i < candidates.size(); i++) {
            total += chance(cycle, candidates.slot(i), blocks, least);
        }
        double left = unit(cycle.request().id()) * total;
        int last = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double chance = chance(cycle, candidates.slot(i), blocks, least);
            if (chance > 0) {
                last = i;
                left -= chance;
                if (left < 0) {
                    break;
                }
            }
        }
        return last;
    }

    private static double chance(ProductionCycle cycle, int slot, LongColumn blocks, long least) {
        if (blocks.get(slot) < least) {
            return 0;
        }
        EndpointMetrics metrics = cycle.fleet().metrics(slot);
        return 1 / (1.0 + Math.max(0, metrics.waitingRequests()));
    }

    /** Returns a number from 0 to less than 1 that is a function of an id: its UTF-16 units, least significant byte first. */
    private static double unit(String id) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ (id.charAt(i) & 0xff)) * FNV_PRIME;
            int high = id.charAt(i) >>> 8;
            if (high != 0) {
                hash = (hash ^ high) * FNV_PRIME;
            }
        }
        // The last characters hardly reach the upper bits, and ids often differ there only.
        long mixed = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        return (((mixed ^ (mixed >>> 29)) * 0xbf58476d1ce4e5b9L) >>> 11) * 0x1.0p-53;
    }

    @Override
    public void decorate(SchedulingCycle cycle, Leg primary, List<Leg> others, Map<String, String> headers) {
        headers.put(HEADER, "");
        KvSource source = cycle.attribute(sourceKey);
        PrefixMatch match = cycle.attribute(matchKey);
        if (source == null || match == null) {
            return;
        }
        Leg prefill = prefill(others);
        Leg computing = prefill != null ? prefill : primary;
        long cached = tokens(cycle.column(blocksKey), computing.target().slot(), match);
        boolean itself =
                computing.target().endpoint().id().equals(source.endpoint().id());
        if (!itself && source.cachedTokens() - cached >= minTokenDelta) {
            headers.put(HEADER, source.endpoint().address());
        }
    }

    private @Nullable Leg prefill(List<Leg> legs) {
        for (Leg leg : legs) {
            if (leg.profile().equals(prefillProfile)) {
                return leg;
            }
        }
        return null;
    }
}
