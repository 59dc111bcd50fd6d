// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.EndpointMetrics;
import java.util.ArrayList;
import java.util.List;

/**
 * Guesses how long the request takes on each candidate from the means that engines measured, {@code observed-latency}:
 *
 * <pre>{@code cost = queue + prefill / prompt * n + decode / output * m}</pre>
 *
 * <p>Queue, prefill and decode are an endpoint's mean seconds in each stage, prompt and output its mean tokens; the host
 * reports each as a gauge. The request's own tokens are n, and m what it expects to be answered; one that is not known is the
 * mean over the candidates that report it, or 10 and 100 if none does (AIBrix's least-latency, which always guesses). It
 * needs no model of the engine and knows none: it follows what was measured over the last minutes, and neither caches nor
 * bursts. The predicted-latency producer does more where deployments are known.
 *
 * <p>A candidate without its means has a missing cost. Seconds; immutable and thread-safe; O(candidates), allocates nothing.
 */
public final class ObservedLatencyCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS;

    private static final double PROMPT_TOKENS = 10;
    private static final double OUTPUT_TOKENS = 100;

    static {
        List<ParameterSpec> parameters = new ArrayList<>();
        for (Gauge gauge : Gauge.values()) {
            parameters.add(ParameterSpec.optional(
                    gauge.parameter, ParameterSpec.Type.STRING, gauge.fallback, gauge.description));
        }
        parameters.add(PREFERENCES);
        PARAMETERS = List.copyOf(parameters);
    }

    private final String queue;
    private final String prefill;
    private final String decode;
    private final String prompt;
    private final String output;

    ObservedLatencyCost(Parameters parameters) {
        super(parameters);
        queue = Gauge.QUEUE.name(parameters);
        prefill = Gauge.PREFILL.name(parameters);
        decode = Gauge.DECODE.name(parameters);
        prompt = Gauge.PROMPT.name(parameters);
        output = Gauge.OUTPUT.name(parameters);
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        int own = cycle.request().prompt().tokenCount();
        int expected = cycle.request().objectives().expectedOutputTokens();
        double promptTokens = own > 0 ? own : mean(candidates, prompt, PROMPT_TOKENS);
        double outputTokens = expected >= 0 ? expected : mean(candidates, output, OUTPUT_TOKENS);
        for (int i = 0; i < candidates.size(); i++) {
            EndpointMetrics metrics = candidates.metrics(i);
            loads[i] = Math.max(0, metrics.gauge(queue))
                    + part(metrics, prefill, prompt, promptTokens)
                    + part(metrics, decode, output, outputTokens);
        }
    }

    /** An engine that has seen no token yet has no time for one either. */
    private static double part(EndpointMetrics metrics, String seconds, String tokens, double times) {
        double mean = metrics.gauge(tokens);
        return mean <= 0 ? 0 : Math.max(0, metrics.gauge(seconds)) / mean * times;
    }

    private static double mean(Candidates candidates, String gauge, double otherwise) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double value = candidates.metrics(i).gauge(gauge);
            if (value > 0) {
                sum += value;
                count++;
            }
        }
        return count > 0 ? sum / count : otherwise;
    }

    private enum Gauge {
        QUEUE("queueGauge", "queue-seconds", "The gauge of mean seconds that requests wait."),
        PREFILL("prefillGauge", "prefill-seconds", "The gauge of mean seconds of a prefill."),
        DECODE("decodeGauge", "decode-seconds", "The gauge of mean seconds of a decode."),
        PROMPT("promptTokensGauge", "prompt-tokens", "The gauge of mean tokens of a prompt."),
        OUTPUT("outputTokensGauge", "output-tokens", "The gauge of mean tokens of an answer.");

        private final String parameter;
        private final String fallback;
        private final String description;

        Gauge(String parameter, String fallback, String description) {
            this.parameter = parameter;
            this.fallback = fallback;
            this.description = description;
        }

        String name(Parameters parameters) {
            return parameters.string(parameter, fallback);
        }
    }
}
