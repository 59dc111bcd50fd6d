// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A weighted sum of what is known of an endpoint, as a parameter names it: signals, load in flight, and gauges of the host's
 * own. A sum of which any term is missing is missing. Immutable and thread-safe; allocates nothing.
 */
final class LoadTerms {
    static final String NAME = "terms";

    private static final double MOST_WEIGHT = 1e12;

    private static final Map<String, Source> SOURCES = new LinkedHashMap<>();

    static {
        SOURCES.put("waiting-requests", reported(Signal.WAITING_REQUESTS));
        SOURCES.put("running-requests", reported(Signal.RUNNING_REQUESTS));
        SOURCES.put("kv-usage", reported(Signal.KV_USAGE));
        SOURCES.put("in-flight-requests", new Source(null, InFlightLoad.REQUESTS, null));
        SOURCES.put("in-flight-tokens", new Source(null, InFlightLoad.TOKENS, null));
        SOURCES.put("request-tokens", new Source(null, InFlightLoad.REQUEST_TOKENS, null));
    }

    private final List<Term> terms;

    private LoadTerms(List<Term> terms) {
        this.terms = terms;
    }

    /** Describes the parameter, whose default is some signals of equal weight. */
    static ParameterSpec parameter(String... signals) {
        return ParameterSpec.objects(
                NAME,
                "What is added up: a list of signal (" + String.join(", ", SOURCES.keySet())
                        + ") or gauge (by its name), and weight (1); by default "
                        + String.join(" and ", signals) + ".",
                ParameterSpec.optional(
                                "signal", ParameterSpec.Type.STRING, null, "What to count, one of the known names.")
                        .oneOf(SOURCES.keySet().toArray(String[]::new)),
                ParameterSpec.optional(
                        "gauge", ParameterSpec.Type.STRING, null, "What to count, a gauge that is reported."),
                ParameterSpec.optional("weight", ParameterSpec.Type.NUMBER, "1", "How much of it counts.")
                        .between(0, MOST_WEIGHT));
    }

    static LoadTerms of(Parameters parameters, String... signals) {
        if (!parameters.has(NAME)) {
            return new LoadTerms(List.of(signals).stream()
                    .map(signal -> new Term(1, requireNonNull(SOURCES.get(signal))))
                    .toList());
        }
        List<Term> terms =
                parameters.objects(NAME).stream().map(LoadTerms::term).toList();
        if (terms.isEmpty()) {
            throw parameters.error(NAME, "must not be empty", "Maybe leave it out; there is a default.");
        }
        return new LoadTerms(terms);
    }

    private static Term term(Parameters parameters) {
        if (parameters.has("signal") == parameters.has("gauge")) {
            throw parameters.error("signal", "must be given, or gauge, and not both", "Maybe make two terms of it.");
        }
        double weight = parameters.number("weight", 1, 0, MOST_WEIGHT);
        if (parameters.has("gauge")) {
            return new Term(weight, new Source(null, null, parameters.requiredString("gauge")));
        }
        Source source = SOURCES.get(parameters.requiredString("signal"));
        if (source == null) {
            throw parameters.error(
                    "signal", "must be one of " + SOURCES.keySet(), "Maybe it is a gauge; then name it as one.");
        }
        return new Term(weight, source);
    }

    private static Source reported(Signal signal) {
        return new Source(signal, null, null);
    }

    Set<DataKey> consumes() {
        Set<DataKey> keys = new LinkedHashSet<>();
        terms.forEach(term -> {
            if (term.source.column != null) {
                keys.add(term.source.column);
            }
        });
        return keys;
    }

    Set<Signal> signals() {
        Set<Signal> signals = new LinkedHashSet<>();
        terms.forEach(term -> {
            if (term.source.signal != null) {
                signals.add(term.source.signal);
            }
        });
        return signals;
    }

    /** Returns the sum for the candidate at a position, or NaN. */
    double sum(SchedulingCycle cycle, Candidates candidates, int position) {
        double sum = 0;
        for (int t = 0; t < terms.size(); t++) {
            Term term = terms.get(t);
            sum += term.weight * term.source.value(cycle, candidates, position);
        }
        return sum;
    }

    /** Writes the sum for each candidate, or NaN. */
    void sums(SchedulingCycle cycle, Candidates candidates, double[] sums) {
        Arrays.fill(sums, 0, candidates.size(), 0);
        for (int t = 0; t < terms.size(); t++) {
            Term term = terms.get(t);
            LongColumn numbers = term.source.column == null ? null : cycle.column(term.source.column);
            for (int i = 0; i < candidates.size(); i++) {
                double value =
                        numbers != null ? number(numbers, candidates.slot(i)) : term.source.value(cycle, candidates, i);
                sums[i] += term.weight * value;
            }
        }
    }

    private static double number(LongColumn numbers, int slot) {
        return numbers.has(slot) ? numbers.get(slot) : Double.NaN;
    }

    private record Term(double weight, Source source) {}

    /** One of the three is given. */
    private record Source(
            @Nullable Signal signal,
            @Nullable LongColumnKey column,
            @Nullable String gauge) {
        double value(SchedulingCycle cycle, Candidates candidates, int position) {
            if (column != null) {
                return number(cycle.column(column), candidates.slot(position));
            }
            EndpointMetrics metrics = candidates.metrics(position);
            if (gauge != null) {
                return metrics.gauge(gauge);
            }
            if (signal == Signal.KV_USAGE) {
                return metrics.kvUsage();
            }
            int requests = signal == Signal.WAITING_REQUESTS ? metrics.waitingRequests() : metrics.runningRequests();
            return requests < 0 ? Double.NaN : requests;
        }
    }
}
