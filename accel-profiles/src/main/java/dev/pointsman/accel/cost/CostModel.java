// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Predicts how long prefill and decode take on any deployment. Immutable and thread-safe.
 *
 * <p>A step's time is a sum of {@linkplain Term physical parts}, each what the data sheet says times a coefficient. Coefficients
 * are fitted to public measurements, level by level from all of them to those of one model on one chip with one engine, and
 * each level is pulled toward the one before. So an exact match uses its own measurements, and a chip that nobody measured still
 * gets the habits of its vendor, on its own data sheet. The idea of physical terms is from the literature on simulators of
 * serving (Vidur, arXiv 2405.05465; BLIS); the shrinkage is ordinary hierarchical ridge regression with coefficients that may
 * not be negative.
 *
 * <p>{@code pointsman-replay.jar fit} makes the coefficients that ship, and {@code validate} compares them with measurements.
 */
public final class CostModel {
    private static final String SHIPPED = "coefficients.json";

    private final Coefficients decode;
    private final Coefficients firstToken;

    /**
     * Makes a cost model.
     *
     * @param decode coefficients of {@link Term#DECODE}
     * @param firstToken coefficients of {@link Term#FIRST_TOKEN}
     */
    public CostModel(Coefficients decode, Coefficients firstToken) {
        this.decode = requireNonNull(decode, "decode");
        this.firstToken = requireNonNull(firstToken, "firstToken");
    }

    /** Returns the cost model with the coefficients that ship. Read once. */
    public static CostModel shipped() {
        return Shipped.MODEL;
    }

    /**
     * Reads coefficients that {@code fit} wrote.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is not such a file
     */
    public static CostModel read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CostModelJson.read(in, file.toString());
        }
    }

    /** Returns the coefficients of TPOT. */
    public Coefficients decode() {
        return decode;
    }

    /** Returns the coefficients of TTFT. */
    public Coefficients firstToken() {
        return firstToken;
    }

    /** Works out all that does not depend on the request. Some microseconds; keep the result as long as the deployment. */
    public Predictor predictor(Deployment deployment) {
        return new Predictor(deployment, this);
    }

    private static final class Shipped {
        static final CostModel MODEL = load();

        private static CostModel load() {
            try (InputStream in = requireNonNull(CostModel.class.getResourceAsStream(SHIPPED), SHIPPED)) {
                return CostModelJson.read(in, SHIPPED);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
