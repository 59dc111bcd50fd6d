// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.transfer;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.Accelerator;
import dev.pointsman.accel.catalog.Link;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.cost.Basis;
import dev.pointsman.accel.cost.BasisLevel;
import dev.pointsman.accel.cost.Prediction;
import java.util.List;

/**
 * A way for bytes to take, with what it costs to set up: {@code setup + bytes / (efficiency * bandwidth * links)}. Immutable and
 * thread-safe.
 *
 * <p>Engines reach 0.6 to 0.8 of the nominal bandwidth; setting up takes 0.1 to 0.5 ms within a scale-up domain, 0.5 to 2 ms over
 * RDMA and 2 to 10 ms over TCP (llm-d-inference-sim, latency profiles). These ranges are what the band of a prediction spans;
 * nothing was measured on the path itself.
 *
 * @param name the name to show, such as {@code scale-out}
 * @param bytesPerSecond nominal bandwidth of one link in one direction; finite and above 0
 * @param links how many links carry the bytes at the same time; at least 1
 * @param setupSeconds what it takes before the first byte flows, at best and at worst
 */
public record TransferPath(String name, double bytesPerSecond, int links, Setup setupSeconds) {
    private static final double BEST_EFFICIENCY = 0.8;
    private static final double LIKELY_EFFICIENCY = 0.7;
    private static final double WORST_EFFICIENCY = 0.6;
    private static final Basis BASIS = new Basis(BasisLevel.GLOBAL, List.of(), 0);

    /** Set-up within a scale-up domain, or between a chip and its host. */
    public static final Setup DIRECT = new Setup(0.1e-3, 0.5e-3);
    /** Set-up over RDMA. */
    public static final Setup RDMA = new Setup(0.5e-3, 2e-3);
    /** Set-up over TCP. */
    public static final Setup TCP = new Setup(2e-3, 10e-3);

    /** Checks the numbers. */
    public TransferPath {
        requireNonNull(name, "name");
        requireNonNull(setupSeconds, "setupSeconds");
        if (!(bytesPerSecond > 0 && bytesPerSecond < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": bytesPerSecond must be finite and above 0, but was "
                    + bytesPerSecond + ".\nMaybe the link does not exist; use another path.");
        }
        if (links < 1) {
            throw new IllegalArgumentException(
                    name + ": links must be at least 1, but was " + links + ".\nMaybe leave it at 1.");
        }
    }

    /**
     * Returns the path over an accelerator's own link of some kind, as its catalog entry has it: the scale-up link directly, the
     * scale-out link over RDMA.
     *
     * @param links how many chips send at the same time, each over its own link
     * @throws IllegalArgumentException if the accelerator has no such link
     */
    public static TransferPath over(Accelerator accelerator, LinkKind kind, int links) {
        Link link = accelerator
                .link(kind)
                .orElseThrow(() -> new IllegalArgumentException("link: " + accelerator.id() + " has no link of kind "
                        + kind.label() + ".\nMaybe add it to the chip in a catalog file of your own."));
        // To one peer goes what the peer's share of a mesh allows; to the network and the host goes all.
        double rate = kind == LinkKind.SCALE_UP ? link.peerGigabytesPerSecond() : link.gigabytesPerSecond();
        return new TransferPath(kind.label(), rate * 1e9, links, kind == LinkKind.SCALE_OUT ? RDMA : DIRECT);
    }

    /** Returns the same path with another set-up time. */
    public TransferPath setup(Setup other) {
        return new TransferPath(name, bytesPerSecond, links, other);
    }

    /**
     * Predicts how long some bytes take. O(1).
     *
     * @param bytes how many, of all links together; finite and at least 0
     */
    public Prediction seconds(double bytes) {
        if (!(bytes >= 0 && bytes < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "bytes: must be finite and at least 0, but was " + bytes + ".\nMaybe the model has no such cache.");
        }
        double nominal = bytes / (bytesPerSecond * links);
        return new Prediction(
                nominal,
                (setupSeconds.best() + setupSeconds.worst()) / 2 + nominal / LIKELY_EFFICIENCY,
                setupSeconds.best() + nominal / BEST_EFFICIENCY,
                setupSeconds.worst() + nominal / WORST_EFFICIENCY,
                BASIS);
    }

    /**
     * How long it takes before the first byte flows.
     *
     * @param best in seconds; at least 0
     * @param worst in seconds; at least {@code best}
     */
    public record Setup(double best, double worst) {
        /** Checks the numbers. */
        public Setup {
            if (!(best >= 0 && worst >= best && worst < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("setup: must have 0 <= best <= worst, but was " + best + " to "
                        + worst + ".\nMaybe the two are swapped.");
            }
        }
    }
}
