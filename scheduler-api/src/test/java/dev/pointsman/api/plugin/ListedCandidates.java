// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.cycle.Candidate;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Candidates from a list, without data. The one candidate object is moved from position to position, as the contract
 * says.
 */
final class ListedCandidates implements CandidateSet {
    private final List<Endpoint> endpoints;
    private final BitSet removed = new BitSet();
    private final Cursor cursor = new Cursor();

    ListedCandidates(String... ids) {
        endpoints =
                List.of(ids).stream().map(id -> Endpoint.of(id, id + ":8000")).toList();
    }

    /** Returns the ids of the candidates that were not removed. */
    List<String> left() {
        return endpoints.stream()
                .filter(endpoint -> !removed(endpoints.indexOf(endpoint)))
                .map(Endpoint::id)
                .toList();
    }

    @Override
    public int size() {
        return endpoints.size();
    }

    @Override
    public int slot(int position) {
        return 10 * position;
    }

    @Override
    public Endpoint endpoint(int position) {
        return endpoints.get(position);
    }

    @Override
    public EndpointMetrics metrics(int position) {
        return EndpointMetrics.builder(0).waitingRequests(position).build();
    }

    @Override
    public Candidate candidate(int position) {
        cursor.position = position;
        return cursor;
    }

    @Override
    public void remove(int position) {
        removed.set(position);
    }

    @Override
    public boolean removed(int position) {
        return removed.get(position);
    }

    private final class Cursor implements Candidate {
        private int position;

        @Override
        public Endpoint endpoint() {
            return ListedCandidates.this.endpoint(position);
        }

        @Override
        public EndpointMetrics metrics() {
            return ListedCandidates.this.metrics(position);
        }

        @Override
        public long number(LongColumnKey key) {
            return LongColumn.MISSING;
        }

        @Override
        public double number(DoubleColumnKey key) {
            return Double.NaN;
        }

        @Override
        public <T> @Nullable T attribute(AttributeKey<T> key) {
            return null;
        }
    }
}
