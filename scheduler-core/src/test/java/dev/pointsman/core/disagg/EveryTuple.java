// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The naive twin of the search: writes down every tuple of a scene with its score, from the formulas. */
final class EveryTuple {
    private static final double LAMBDA = JointDisaggHandler.Builder.DEFAULT_INTERFERENCE;
    private static final double MU = JointDisaggHandler.Builder.DEFAULT_BACKLOG;
    private static final double ENCODE_NANOS = 1000 * JointDisaggHandler.Builder.DEFAULT_ENCODE_MICROS;
    private static final double SETUP = 50_000;
    private static final double TIER_SETUP = 100_000;
    private static final double LINK = Scene.BYTES_PER_TOKEN / 25;
    private static final double TIER = Scene.BYTES_PER_TOKEN / 10;

    private final Scene scene;
    private final double reuse;

    /**
     * Takes a scene.
     *
     * @param reuse the share of prompts that was cached of late
     */
    EveryTuple(Scene scene, double reuse) {
        this.scene = scene;
        this.reuse = reuse;
    }

    /** One tuple. */
    record Scored(boolean remote, double score) {}

    List<Scored> all() {
        List<Scored> all = new ArrayList<>();
        double fastest =
                scene.decode().stream().mapToLong(Spot::tpotNanos).min().orElse(0);
        for (Spot d : scene.decode()) {
            double lost = d.running() * scene.output() * Scene.SLOWER_STEP * d.tpotNanos();
            double readAgain = reuse
                    * Scene.read(d, scene.prompt() - d.cached(), d.cached())
                    * quickest()
                    / d.readNanosPerToken()
                    * (1 + d.waiting());
            double firstToken = (d.running() > 0 ? 1.5 : 1) * d.tpotNanos();
            double tail = kvWait(d) + MU * readAgain + LAMBDA * (lost + scene.output() * (d.tpotNanos() - fastest));
            for (double reading : readings(d, scene.decode())) {
                all.add(new Scored(false, reading + tail));
            }
            double missing = scene.prompt() - (d.cached() - d.lower());
            for (Spot p : scene.prefill()) {
                if (!sameRevision(p, d) || p.id().equals(d.id()) || !(LINK <= slope(d))) {
                    continue;
                }
                for (double reading : readings(p, scene.prefill())) {
                    all.add(new Scored(true, reading + SETUP + missing * LINK + firstToken + tail));
                }
            }
        }
        return all;
    }

    Optional<Scored> best(boolean remote) {
        return all().stream().filter(one -> one.remote() == remote).min(Comparator.comparingDouble(Scored::score));
    }

    /** Returns the least time in which anybody reads a token. */
    private int quickest() {
        return Stream.concat(scene.prefill().stream(), scene.decode().stream())
                .mapToInt(Spot::readNanosPerToken)
                .min()
                .orElseThrow();
    }

    private double slope(Spot d) {
        int few = Math.max(1, scene.prompt() / 16);
        return 0.95 * (Scene.read(d, scene.prompt(), 0) - Scene.read(d, scene.prompt() - few, few)) / few;
    }

    private double kvWait(Spot d) {
        double used = d.kvUsage() * Scene.KV_TOKENS;
        double whole = scene.prompt() + scene.output();
        double each = Math.min(whole, used / Math.max(1, d.running()));
        double needed = Math.max(whole - d.cached(), each) + d.waiting() * each;
        double lacking = needed - (Scene.KV_TOKENS - used);
        return lacking <= 0 ? 0 : Math.max(1, lacking / used * scene.output() * d.tpotNanos());
    }

    private List<Double> readings(Spot reader, List<Spot> peers) {
        List<Double> scores = new ArrayList<>();
        int chip = reader.cached() - reader.lower();
        addWithEncoders(reader, 0, chip, scores);
        if (reader.lower() > 0) {
            addWithEncoders(reader, TIER_SETUP + reader.lower() * TIER, reader.cached(), scores);
        }
        for (Spot peer : peers) {
            if (!peer.equals(reader) && peer.cached() > chip && sameRevision(peer, reader)) {
                addWithEncoders(reader, SETUP + (peer.cached() - chip) * LINK, peer.cached(), scores);
            }
        }
        return scores;
    }

    private static boolean sameRevision(Spot one, Spot other) {
        return one.revision().isEmpty()
                || other.revision().isEmpty()
                || one.revision().equals(other.revision());
    }

    private void addWithEncoders(Spot reader, double fetch, int cached, List<Double> scores) {
        double own = scene.pictures() * ENCODE_NANOS;
        add(reader, fetch, cached, own, own, 0, scores);
        if (scene.pictures() > 0) {
            for (Spot e : scene.encode()) {
                if (sameRevision(e, reader)) {
                    double queue = e.running() * own;
                    add(reader, fetch, cached, 0, queue + own + SETUP, queue, scores);
                }
            }
        }
    }

    private void add(
            Spot reader, double fetch, int cached, double own, double encode, double encoderDelay, List<Double> to) {
        double read = Scene.read(reader, scene.prompt() - cached, cached);
        int steps = (scene.prompt() - cached + 8191) / 8192;
        double stops = Math.max(Scene.INTERFERENCE * read, read - (double) steps * reader.tpotNanos());
        double slower = reader.running() * (stops + own);
        double v = reader.waiting() * (read + own) + encoderDelay;
        to.add(encode + reader.waitNanos() + fetch + read + LAMBDA * slower + MU * v);
    }
}
