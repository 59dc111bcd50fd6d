// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How {@code context-length-aware} reads an endpoint's label, seen from outside: what it scores for prompts of lengths around
 * the ends of the range tells where they are, since the score of each length is a formula in both ends.
 */
final class RangeLabel {
    private static final String TYPE = "context-length-aware";
    private static final String LABEL = "llm-d.ai/context-length-range";
    private static final long LONGEST_TRIED = 1 << 20;
    private static final double TOLERANCE = 1e-9;

    private RangeLabel() {}

    static void check(Case one) {
        String label = one.object("request").text("label");
        Case expected = one.object("expected");
        if (expected.flag("error", false)) {
            for (long length : List.of(1L, 50L, 100L, 1000L)) {
                requireScore(one, label, length, 0);
            }
            return;
        }
        List<?> range = expected.list("range");
        long least = Case.integer(expected.path() + ".range[0]", range.get(0));
        long most = Case.integer(expected.path() + ".range[1]", range.get(1));
        Set<Long> lengths = new LinkedHashSet<>(List.of(1L, least - 1, least, (least + most) / 2, most, most + 1));
        lengths.removeIf(length -> length < 1 || length > LONGEST_TRIED);
        for (long length : lengths) {
            requireScore(one, label, length, score(least, most, length));
        }
    }

    /** The formula of the reference, section 2.2. */
    private static double score(long least, long most, long length) {
        if (length < least || length > most) {
            long distance = length < least ? least - length : length - most;
            return 0.3 / (1 + distance / 1000.0);
        }
        double width = most - least;
        return width == 0 ? 1 : 0.3 + 0.7 * (0.7 / (1 + width / 10_000) + 0.3 * (most - length) / width);
    }

    private static void requireScore(Case one, String label, long length, double expected) {
        double actual = scored(label, (int) length);
        if (Math.abs(actual - expected) > TOLERANCE) {
            throw new Mismatch(one.path() + ": label \"" + label + "\", " + length + " tokens: expected " + expected
                    + ", actual " + actual);
        }
    }

    private static double scored(String label, int tokens) {
        Endpoint endpoint = Endpoint.builder("a", "10.0.0.1:8000")
                .labels(Map.of(LABEL, label))
                .build();
        EndpointPickerConfig config = EndpointPickerConfig.parse(
                "case",
                "{\"apiVersion\": \"llm-d.ai/v1alpha1\", \"kind\": \"EndpointPickerConfig\", \"plugins\": [{\"type\": "
                        + JsonTree.write(TYPE) + "}]}");
        try (Pointsman pointsman =
                Pointsman.builder(Fleet.of(endpoint)).configuration(config).build()) {
            Evaluation evaluation = pointsman.evaluate(
                    InferenceRequest.builder("r", "m").tokens(new int[tokens]).build());
            return evaluation.explanation().profiles().get(0).candidates().get(0).scores().stream()
                    .filter(score -> score.scorer().equals(TYPE))
                    .findFirst()
                    .orElseThrow(() -> new Mismatch("label \"" + label + "\": was not scored"))
                    .raw();
        }
    }
}
