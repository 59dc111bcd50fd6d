// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.costfit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.cost.ClosedLoop;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.model.Model;
import dev.pointsman.accel.model.ModelCatalog;
import dev.pointsman.accel.model.Parallelism;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The points of a file of measurements that the cost model can be compared with, and how many others there are, by the reason
 * why not. Immutable.
 *
 * <p>Left out are speculative decoding (and points that may have it), overload, KV overflow and whatever else the file marks as
 * doubtful, points without TTFT and TPOT, loads other than a closed loop or a static batch, and chips, models or data types that
 * the catalogs do not know. A static batch is taken for a closed loop of as many clients.
 */
public final class Measurements {
    private static final String SHIPPED = "measured.jsonl";
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Set<String> GOOD = Set.of("", "ok", "experimental");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // As Python writes what is missing; such a field is refused, and not the whole file.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final String name;
    private final List<UsablePoint> points;
    private final Map<String, Integer> excluded;

    private Measurements(String name, List<UsablePoint> points, Map<String, Integer> excluded) {
        this.name = name;
        this.points = List.copyOf(points);
        this.excluded = Collections.unmodifiableMap(new TreeMap<>(excluded));
    }

    /** Reads the public points that ship. */
    public static Measurements shipped() throws IOException {
        try (InputStream in = requireNonNull(Measurements.class.getResourceAsStream(SHIPPED), SHIPPED)) {
            return read(in, SHIPPED, AcceleratorCatalog.shipped(), ModelCatalog.shipped());
        }
    }

    /**
     * Reads a file with one JSON object a line.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a line is not a JSON object
     */
    public static Measurements read(Path file, AcceleratorCatalog accelerators, ModelCatalog models)
            throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString(), accelerators, models);
        }
    }

    private static Measurements read(InputStream in, String name, AcceleratorCatalog accelerators, ModelCatalog models)
            throws IOException {
        List<UsablePoint> points = new ArrayList<>();
        Map<String, Integer> excluded = new TreeMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String text = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
            if (text.isBlank()) {
                continue;
            }
            JsonNode object = parse(text, name + ", line " + number);
            try {
                points.add(usable(MeasuredPoint.of(object), accelerators, models));
            } catch (Excluded reason) {
                excluded.merge(reason.getMessage(), 1, Integer::sum);
            } catch (IllegalArgumentException wrong) {
                String message = String.valueOf(wrong.getMessage());
                excluded.merge(
                        "wrong field: " + message.substring(0, Math.max(0, message.indexOf(':'))), 1, Integer::sum);
            }
        }
        return new Measurements(name, points, excluded);
    }

    /** Returns where the points are from. */
    public String name() {
        return name;
    }

    /** Returns how many points can be used. */
    public int size() {
        return points.size();
    }

    /** Returns how many points were left out, by reason, in alphabetical order. */
    public Map<String, Integer> excluded() {
        return excluded;
    }

    List<UsablePoint> points() {
        return points;
    }

    private static JsonNode parse(String line, String place) {
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    place + ": is not JSON: " + e.getOriginalMessage() + ".\nMaybe the line was cut off.", e);
        }
        if (!object.isObject()) {
            throw new IllegalArgumentException(
                    place + ": must be a JSON object.\nMaybe the file is one array; write one object a line.");
        }
        return object;
    }

    private static UsablePoint usable(MeasuredPoint point, AcceleratorCatalog accelerators, ModelCatalog models) {
        exclude(point.flagged(), "flagged after the fact");
        exclude(!GOOD.contains(point.quality()), "quality: " + point.quality().split(":", 2)[0]);
        exclude(point.tpotMillis().isEmpty() && point.ttftMillis().isEmpty(), "neither TTFT nor TPOT");
        exclude(
                point.specDecode().isEmpty() || point.specDecode().equals("unknown"),
                "unknown whether speculative decoding");
        exclude(!point.specDecode().equals("none"), "speculative decoding");
        boolean closedLoop = point.scenario().startsWith("closed-loop");
        boolean staticBatch = point.scenario().startsWith("offline static batch (benchmark_latency)")
                || point.scenario().startsWith("prefill only");
        exclude(!closedLoop && !staticBatch, "neither a closed loop nor a static batch");
        exclude(point.together() == 0, "no concurrency");
        exclude(point.promptTokens() == 0 || point.outputTokens() == 0, "no prompt or output length");
        exclude(point.dtype().isEmpty(), "no data type");
        Optional<Accelerator> accelerator = accelerators.find(point.accelerator());
        exclude(accelerator.isEmpty(), "unknown accelerator " + point.accelerator());
        Optional<Model> model = models.find(point.model());
        exclude(model.isEmpty(), "unknown model " + point.model());
        exclude(!DType.isKnown(point.dtype()), "unknown data type " + point.dtype());
        Deployment deployment;
        try {
            deployment = Deployment.of(model.orElseThrow(), accelerator.orElseThrow())
                    .parallelism(parallelism(point))
                    .weights(DType.of(point.dtype()))
                    .engine(point.engine())
                    .release(point.release())
                    .build();
        } catch (IllegalArgumentException impossible) {
            String fact = String.valueOf(impossible.getMessage()).split("\n", 2)[0];
            throw new Excluded("impossible deployment: " + fact);
        }
        ClosedLoop.Statistic statistic =
                point.statistic().equals("mean") ? ClosedLoop.Statistic.MEAN : ClosedLoop.Statistic.MEDIAN;
        return new UsablePoint(
                point,
                deployment,
                new ClosedLoop(point.promptTokens(), point.outputTokens(), point.together(), statistic));
    }

    /**
     * Reads how the model was spread. The number of chips counts; a tensor-parallel size above it counts cores (a TPU v7 chip has
     * two), and one below it stages of a pipeline.
     */
    private static Parallelism parallelism(MeasuredPoint point) {
        int chips = point.chips() == 0 ? Math.max(1, point.tensorParallel()) : point.chips();
        int tensor = point.tensorParallel() == 0 || point.dataParallelAttention()
                ? chips
                : Math.min(point.tensorParallel(), chips);
        exclude(chips % tensor != 0, "impossible deployment: " + tensor + " does not divide " + chips + " chips");
        int expert = tensor % Math.max(1, point.expertParallel()) == 0 ? Math.max(1, point.expertParallel()) : 1;
        return new Parallelism(tensor, chips / tensor, expert, point.dataParallelAttention() ? tensor : 1);
    }

    private static void exclude(boolean when, String reason) {
        if (when) {
            throw new Excluded(reason);
        }
    }

    /** A point cannot be used; the message says why. */
    private static final class Excluded extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        Excluded(String reason) {
            super(reason, null, false, false);
        }
    }
}
