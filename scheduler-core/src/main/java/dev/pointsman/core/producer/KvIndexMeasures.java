// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.kvcache.IndexListener;
import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.event.DropReason;
import dev.pointsman.kvcache.feed.EndpointHealth;
import dev.pointsman.kvcache.feed.KvIndexListener;
import java.util.Locale;

/**
 * Passes on what happens to a prefix index to a scheduler's observer, as counts and measures, so that one binding has the
 * metrics of both. Give it to the index, to whatever feeds it and to the producer that asks it:
 *
 * <pre>{@code
 * KvIndexMeasures measures = new KvIndexMeasures(PrecisePrefixProducer.TYPE, metrics);
 * RadixPrefixIndex index = RadixPrefixIndex.builder().maxBytes(2L << 30).listener(measures).build();
 * }</pre>
 *
 * <table>
 * <caption>What the observer hears</caption>
 * <tr><th>what</th><th>kinds</th></tr>
 * <tr><td>{@code kv-index.stored-blocks}, {@code kv-index.removed-blocks}, {@code kv-index.hit-blocks}</td><td>tiers</td></tr>
 * <tr><td>{@code kv-index.clears}, {@code kv-index.batches}, {@code kv-index.lookups}, {@code kv-index.looked-up-blocks},
 * {@code kv-index.matched-blocks} (the longest match of each look-up)</td><td></td></tr>
 * <tr><td>{@code kv-index.drops}</td><td>reasons</td></tr>
 * <tr><td>{@code kv-index.evicted-blocks} (pairs of an endpoint and a block, forgotten to keep to the bound on memory),
 * {@code kv-index.refused-blocks} (not taken up because of it)</td><td></td></tr>
 * <tr><td>{@code kv-index.replays}</td><td>{@code began}, {@code whole}, {@code given-up}</td></tr>
 * <tr><td>{@code kv-index.health-changes}</td><td>the states that endpoints came to</td></tr>
 * <tr><td>measured: {@code kv-index.blocks}, {@code kv-index.holder-blocks}, {@code kv-index.bytes}, {@code
 * kv-index.batches-behind} (of the endpoint that was last heard of)</td><td></td></tr>
 * </table>
 *
 * <p>Thread-safe if the observer is; allocates nothing.
 */
public final class KvIndexMeasures implements KvIndexListener, IndexListener {
    private static final String ONLY = "";
    private static final String[] TIERS = names(Tier.values());
    private static final String[] REASONS = names(DropReason.values());
    private static final String[] STATES = names(EndpointHealth.State.values());

    private final String source;
    private final SchedulingObserver observer;

    /**
     * Makes a bridge.
     *
     * @param source the name under which the observer hears of the index
     * @param observer who hears
     */
    public KvIndexMeasures(String source, SchedulingObserver observer) {
        this.source = requireNonNull(source, "source");
        this.observer = requireNonNull(observer, "observer");
    }

    private static String[] names(Enum<?>[] constants) {
        String[] names = new String[constants.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = constants[i].name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return names;
    }

    private void count(String what, String kind, long more) {
        if (more > 0) {
            observer.counted(source, what, kind, more);
        }
    }

    @Override
    public void stored(int slot, Tier tier, int blocks) {
        count("kv-index.stored-blocks", TIERS[tier.ordinal()], blocks);
    }

    @Override
    public void removed(int slot, Tier tier, int blocks) {
        count("kv-index.removed-blocks", TIERS[tier.ordinal()], blocks);
    }

    @Override
    public void cleared(int slot) {
        count("kv-index.clears", ONLY, 1);
    }

    @Override
    public void dropped(int slot, DropReason reason, long count) {
        count("kv-index.drops", REASONS[reason.ordinal()], count);
    }

    @Override
    public void evicted(long holderBlocks) {
        count("kv-index.evicted-blocks", ONLY, holderBlocks);
    }

    @Override
    public void dropped(int slot, long blocks) {
        count("kv-index.refused-blocks", ONLY, blocks);
    }

    @Override
    public void batchApplied(int slot, double timestamp, long behind) {
        count("kv-index.batches", ONLY, 1);
        observer.measured(source, "kv-index.batches-behind", ONLY, (double) behind);
    }

    @Override
    public void replayBegan(int slot, long from) {
        count("kv-index.replays", "began", 1);
    }

    @Override
    public void replayEnded(int slot, boolean whole) {
        count("kv-index.replays", whole ? "whole" : "given-up", 1);
    }

    @Override
    public void healthChanged(int slot, EndpointHealth health) {
        count("kv-index.health-changes", STATES[health.state().ordinal()], 1);
    }

    @Override
    public void lookedUp(int blocks, int longest) {
        count("kv-index.lookups", ONLY, 1);
        count("kv-index.looked-up-blocks", ONLY, blocks);
        count("kv-index.matched-blocks", ONLY, longest);
    }

    @Override
    public void hit(int slot, Tier tier, int blocks) {
        count("kv-index.hit-blocks", TIERS[tier.ordinal()], blocks);
    }

    @Override
    public void sampled(long blocks, long holderBlocks, long bytes) {
        observer.measured(source, "kv-index.blocks", ONLY, (double) blocks);
        observer.measured(source, "kv-index.holder-blocks", ONLY, (double) holderBlocks);
        observer.measured(source, "kv-index.bytes", ONLY, (double) bytes);
    }
}
