// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.scorer.PrefixCacheScorer;
import java.util.Set;

/**
 * A precise prefix producer and the scorer that reads it, in one plugin: how llm-d's configurations were written before the two
 * were told apart. Whatever is said of it goes on to one of them.
 */
final class PrecisePrefixScorer implements Scorer, DataProducer, SchedulingObserver, FleetListener, Maintained {
    /** llm-d's older type name. */
    static final String TYPE = "precise-prefix-cache-scorer";

    private final PrecisePrefixProducer producer;
    private final Scorer scorer;

    /**
     * Puts the two together.
     *
     * @param name the name under which the producer writes
     * @param semantics whose reading of missing matches holds
     */
    PrecisePrefixScorer(String name, PrecisePrefixProducer producer, Semantics semantics) {
        this.producer = producer;
        this.scorer = new PrefixCacheScorer(semantics).readingFrom(name);
    }

    @Override
    public Set<DataKey> produces() {
        return producer.produces();
    }

    @Override
    public Set<DataKey> consumes() {
        return scorer.consumes();
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return scorer.consumesIfPresent();
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        producer.produce(cycle, candidates);
    }

    @Override
    public void score(SchedulingCycle cycle, Candidates candidates, double[] scores) {
        scorer.score(cycle, candidates, scores);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        producer.dispatched(cycle, dispatch);
    }

    @Override
    public void rejected(SchedulingCycle cycle, Rejection rejection) {
        producer.rejected(cycle, rejection);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        producer.failedOver(dispatch, from, to, now);
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        producer.ended(dispatch, ending, usage, now);
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        producer.joined(slot, incarnation, endpoint);
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        producer.left(slot, incarnation, endpoint);
    }

    @Override
    public void maintain(long now) {
        producer.maintain(now);
    }

    @Override
    public long nextDeadline() {
        return producer.nextDeadline();
    }
}
