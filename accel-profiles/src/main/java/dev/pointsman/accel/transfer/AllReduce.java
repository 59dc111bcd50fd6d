// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.transfer;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.Link;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.cost.Basis;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.cost.Prediction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sums up a message over some chips of one scale-up domain: {@code alpha + bytes / beta}. Immutable and thread-safe.
 *
 * <p>Alpha and beta are fitted to public measurements of the same chip, number of chips and library, where there are any: the
 * engine's own kernels, else NCCL. Elsewhere alpha is 5 us and beta 0.65 of what a ring allows, {@code n / (2 (n - 1))} of the
 * link, which is the middle of what NVLink chips reach; the band then spans half to twice of it.
 */
public final class AllReduce {
    private static final double DEFAULT_ALPHA = 5e-6;
    private static final double DEFAULT_EFFICIENCY = 0.65;
    private static final Basis NONE = new Basis(BasisLevel.GLOBAL, List.of(), 0);

    private final double alpha;
    private final double bytesPerSecond;
    private final double ringBytesPerSecond;
    private final double low;
    private final double high;
    private final Basis basis;

    private AllReduce(double alpha, double bytesPerSecond, double ring, double low, double high, Basis basis) {
        this.alpha = alpha;
        this.bytesPerSecond = bytesPerSecond;
        this.ringBytesPerSecond = ring;
        this.low = low;
        this.high = high;
        this.basis = basis;
    }

    /**
     * Returns how a deployment sums up over the chips of one stage.
     *
     * @throws IllegalArgumentException if it has only one
     */
    public static AllReduce of(Deployment deployment) {
        int chips = deployment.parallelism().tensor();
        if (chips < 2) {
            throw new IllegalArgumentException("parallelism.tensor: must be at least 2 for an all-reduce, but was "
                    + chips + ".\nMaybe there is nothing to sum up: one chip has it all.");
        }
        Accelerator accelerator = deployment.accelerator();
        Link link = accelerator.link(LinkKind.SCALE_UP).orElseThrow();
        double ring = link.gigabytesPerSecond() * 1e9 * chips / (2.0 * (chips - 1));
        String engine = deployment.engineFamily();
        Measured own = Measured.find(accelerator.id(), engine, chips);
        Measured measured = own == null ? Measured.find(accelerator.id(), "nccl", chips) : own;
        if (measured == null) {
            return new AllReduce(DEFAULT_ALPHA, DEFAULT_EFFICIENCY * ring, ring, 0.5, 2, NONE);
        }
        Basis basis = own == null
                ? new Basis(BasisLevel.CHIP, List.of(accelerator.vendor(), accelerator.id()), measured.points)
                : new Basis(
                        BasisLevel.ENGINE, List.of(accelerator.vendor(), accelerator.id(), engine), measured.points);
        // A normal error whose absolute mean is m has its tenth percentiles 1.6 m from the middle.
        double spread = 1 + 1.6 * measured.meanError;
        return new AllReduce(measured.alpha, measured.bytesPerSecond, ring, 1 / spread, spread, basis);
    }

    /**
     * Predicts how long a message takes. O(1).
     *
     * @param bytes its size on each chip; finite and at least 0
     */
    public Prediction seconds(double bytes) {
        if (!(bytes >= 0 && bytes < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "bytes: must be finite and at least 0, but was " + bytes + ".\nMaybe a size is not set.");
        }
        double lowerBound = bytes / Math.max(ringBytesPerSecond, bytesPerSecond);
        double estimate = alpha + bytes / bytesPerSecond;
        return new Prediction(lowerBound, estimate, Math.max(lowerBound, estimate * low), estimate * high, basis);
    }

    /** One line of the measurements that ship. */
    private record Measured(double alpha, double bytesPerSecond, double meanError, int points) {
        private static final Map<List<Object>, Measured> BY_KEY = load();

        static @Nullable Measured find(String accelerator, String library, int chips) {
            return BY_KEY.get(List.<Object>of(accelerator, library, chips));
        }

        private static Map<List<Object>, Measured> load() {
            Map<List<Object>, Measured> byKey = new HashMap<>();
            try (InputStream in = requireNonNull(AllReduce.class.getResourceAsStream("all-reduce.json"))) {
                for (JsonNode line : new ObjectMapper().readTree(in).get("groups")) {
                    byKey.put(
                            List.of(
                                    line.get("accelerator").asText(),
                                    line.get("library").asText(),
                                    line.get("chips").intValue()),
                            new Measured(
                                    line.get("alphaMicros").doubleValue() * 1e-6,
                                    line.get("gigabytesPerSecond").doubleValue() * 1e9,
                                    line.get("meanError").doubleValue() / 100,
                                    line.get("points").intValue()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return byKey;
        }
    }
}
