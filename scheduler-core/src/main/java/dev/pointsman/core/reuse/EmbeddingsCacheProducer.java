// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.reuse;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.internal.builtin.Pool;
import dev.pointsman.kvcache.hash.LlmdRouterHasher;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Guesses which of a request's images, videos and sounds each endpoint has encoded already, from where earlier ones were sent
 * (llm-d's {@code mm-embeddings-cache-producer}).
 *
 * <p>For a request with such items it writes {@link #matchedShare}, the items that an endpoint has over those of the request, and
 * {@link #matchedItems}, for every candidate; for any other request nothing. An item counts 1, whatever its size, and one that a
 * request has twice counts twice. Items are known by their content hashes.
 *
 * <p>When a request is dispatched, its items go to whoever encodes them: the target of the leg named {@code encode}; without one,
 * of that named {@code prefill}; without either, of the leg that answers. Of each endpoint so many items are remembered as a
 * cache of the configured size holds at {@value #MIB_PER_ITEM} MiB each, the least recently used forgotten first. An endpoint that
 * leaves is forgotten.
 *
 * <p>Thread-safe; readers share a lock. Time is proportional to the items and to the endpoints that have them. Allocates little:
 * each item's hash as bytes. Memory is bounded, 50 to 120 bytes an item and endpoint.
 */
public final class EmbeddingsCacheProducer implements DataProducer, SchedulingObserver, FleetListener {
    /** The type's name, and the name under which it writes unless told otherwise. */
    public static final String TYPE = "mm-embeddings-cache-producer";

    static final int DEFAULT_MIB = 4096;
    static final int MIB_PER_ITEM = 2;

    private static final String ENCODE = "encode";
    private static final String PREFILL = LlmdApproxPrefixProducer.PREFILL;

    private final DoubleColumnKey shareKey;
    private final LongColumnKey itemsKey;
    private final int capacity;
    private final RecentHashes encoded = new RecentHashes();
    private final Pool<Items> working = new Pool<>(Items::new);

    /**
     * Makes a producer.
     *
     * @param name the name under which it writes
     * @param cacheMib the size of an endpoint's cache in MiB, at least 1; llm-d's default is 4096
     */
    public EmbeddingsCacheProducer(String name, int cacheMib) {
        if (cacheMib < 1) {
            throw new IllegalArgumentException("cacheMib: must be at least 1, but was " + cacheMib
                    + ".\nMaybe leave the producer out; then no endpoint counts as having encoded anything.");
        }
        shareKey = matchedShare(name);
        itemsKey = matchedItems(name);
        capacity = Math.max(1, cacheMib / MIB_PER_ITEM);
    }

    /**
     * Names the column of the share of a request's items that an endpoint has encoded, from 0 to 1.
     *
     * @param producer the producer's name
     */
    public static DoubleColumnKey matchedShare(String producer) {
        return new DoubleColumnKey("mm-embeddings.matched-share", requireNonNull(producer, "producer"));
    }

    /**
     * Names the column of how many of a request's items an endpoint has encoded, at least 0.
     *
     * @param producer the producer's name
     */
    public static LongColumnKey matchedItems(String producer) {
        return new LongColumnKey("mm-embeddings.matched-items", requireNonNull(producer, "producer"));
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(shareKey, itemsKey);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        int count = cycle.request().multimodalItems().size();
        if (count == 0) {
            return;
        }
        Items items = working.borrow();
        items.of(cycle.request());
        int[] hits = items.hits(cycle.fleet().slotLimit());
        encoded.count(items.hashes, count, hits);

        DoubleColumn.Writable share = cycle.fill(shareKey);
        LongColumn.Writable matched = cycle.fill(itemsKey);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            share.set(slot, (double) hits[slot] / count);
            matched.set(slot, hits[slot]);
        }
        working.giveBack(items);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        int count = cycle.request().multimodalItems().size();
        if (count == 0) {
            return;
        }
        Target target = encoder(dispatch.decision());
        Items items = working.borrow();
        items.of(cycle.request());
        encoded.add(target.slot(), target.incarnation(), items.hashes, count, capacity);
        working.giveBack(items);
    }

    private static Target encoder(SchedulingDecision decision) {
        Target encoder = decision.primary().target();
        boolean prefill = false;
        for (Leg leg : decision.otherLegs()) {
            if (leg.profile().equals(ENCODE)) {
                return leg.target();
            }
            if (!prefill && leg.profile().equals(PREFILL)) {
                prefill = true;
                encoder = leg.target();
            }
        }
        return encoder;
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        encoded.join(slot, incarnation);
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        encoded.leave(slot);
    }

    /** Working memory for one request's items at a time. */
    private static final class Items {
        private final LlmdRouterHasher hasher = new LlmdRouterHasher(1);
        private long[] hashes = new long[8];
        private int[] hits = {};

        void of(InferenceRequest request) {
            List<MultimodalItem> items = request.multimodalItems();
            if (hashes.length < items.size()) {
                hashes = new long[items.size()];
            }
            for (int i = 0; i < items.size(); i++) {
                hashes[i] = hasher.content(items.get(i).contentHash());
            }
        }

        /** Returns room for a count for each slot, all 0. */
        int[] hits(int slots) {
            if (hits.length < slots) {
                hits = new int[slots];
            } else {
                Arrays.fill(hits, 0);
            }
            return hits;
        }
    }
}
