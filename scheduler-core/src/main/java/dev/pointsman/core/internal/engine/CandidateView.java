// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import org.jspecify.annotations.Nullable;

/** The one candidate of a list that the convenience forms see, moved from one to the next. */
final class CandidateView implements Candidate {
    private final Cycle cycle;
    private int slot;

    CandidateView(Cycle cycle) {
        this.cycle = cycle;
    }

    CandidateView at(int slot) {
        this.slot = slot;
        return this;
    }

    @Override
    public Endpoint endpoint() {
        return cycle.fleet().endpoint(slot);
    }

    @Override
    public EndpointMetrics metrics() {
        return cycle.fleet().metrics(slot);
    }

    @Override
    public long number(LongColumnKey key) {
        return cycle.column(key).get(slot);
    }

    @Override
    public double number(DoubleColumnKey key) {
        return cycle.column(key).get(slot);
    }

    @Override
    public <T> @Nullable T attribute(AttributeKey<T> key) {
        return cycle.attribute(key);
    }
}
