// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link Validation} as a table for people, or as JSON for programs. */
public final class ValidationFormat {
    private static final ObjectWriter JSON = JsonMapper.builder()
            .build()
            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private ValidationFormat() {}

    /**
     * Returns the validation as JSON: percentages as 0 to 100, shares as 0 to 1, and null where there is no point to say
     * anything of.
     */
    public static String json(Validation validation) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode pooled = root.putObject("pooled");
        errors(pooled, validation.pooled());
        pooled.put("lowerBoundViolations", validation.lowerBoundViolations());
        pooled.put("orderingAccuracy", validation.ordering().accuracy());
        pooled.put("orderingPairs", validation.ordering().pairs());
        ArrayNode groups = root.putArray("groups");
        for (Validation.Group group : validation.groups()) {
            ObjectNode node = groups.addObject()
                    .put("accelerator", group.accelerator())
                    .put("engine", group.engine())
                    .put("dtype", group.dtype());
            errors(node, group.errors());
            node.put("lowerBoundViolations", group.lowerBoundViolations());
        }
        ObjectNode excluded = root.putObject("excluded");
        validation.measurements().excluded().forEach(excluded::put);
        try {
            return JSON.writeValueAsString(root) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void errors(ObjectNode node, Validation.Errors errors) {
        summary(node.putObject("tpot"), errors.tpot());
        summary(node.putObject("ttft"), errors.ttft());
    }

    private static void summary(ObjectNode node, Validation.Summary summary) {
        node.put("count", summary.count())
                .put("meanAbsPctError", summary.meanAbsPctError())
                .put("medianAbsPctError", summary.medianAbsPctError())
                .put("bias", summary.bias())
                .put("insideBand", summary.insideBand());
    }

    /** Returns the validation as a table. */
    public static String table(Validation validation) {
        StringBuilder out = new StringBuilder();
        Measurements measurements = validation.measurements();
        out.append(measurements.name()).append(": ").append(measurements.size()).append(" points compared\n\n");
        line(out, "", "TPOT", "mean", "median", "bias", "inside", "TTFT", "mean", "median", "bias", "inside");
        line(out, "accelerator, engine, dtype", "points", "%", "%", "%", "band", "points", "%", "%", "%", "band");
        for (Validation.Group group : validation.groups()) {
            String name = group.accelerator() + ", " + group.engine() + ", " + group.dtype();
            row(out, name, group.errors());
        }
        row(out, "pooled", validation.pooled());
        out.append('\n');
        out.append("Lower bound violated by ")
                .append(percent(validation.lowerBoundViolations()))
                .append(" of points.\n");
        out.append("Faster of two chips named right in ")
                .append(percent(validation.ordering().accuracy()))
                .append(" of ")
                .append(validation.ordering().pairs())
                .append(" pairs that differ by over 10 %.\n");
        out.append("TTFT counts at a concurrency of 64 and less.\n");
        if (!measurements.excluded().isEmpty()) {
            out.append("\nLeft out:\n");
            for (Map.Entry<String, Integer> reason : measurements.excluded().entrySet()) {
                out.append(String.format(Locale.ROOT, "%6d  %s\n", reason.getValue(), reason.getKey()));
            }
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String name, Validation.Errors errors) {
        Validation.Summary tpot = errors.tpot();
        Validation.Summary ttft = errors.ttft();
        line(
                out,
                name,
                tpot.count(),
                number(tpot.meanAbsPctError()),
                number(tpot.medianAbsPctError()),
                number(tpot.bias()),
                percent(tpot.insideBand()),
                ttft.count(),
                number(ttft.meanAbsPctError()),
                number(ttft.medianAbsPctError()),
                number(ttft.bias()),
                percent(ttft.insideBand()));
    }

    private static void line(StringBuilder out, Object... cells) {
        out.append(String.format(Locale.ROOT, "%-36s %6s %7s %7s %7s %7s   %6s %7s %7s %7s %7s\n", cells));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }
}
