// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.core.sizing.TrafficClass;
import dev.pointsman.core.sizing.TrafficClass.Example;
import dev.pointsman.replay.cache.LruBlockCache;
import dev.pointsman.replay.trace.Trace;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Reads classes of like requests from a trace: clusters by the logarithms of prompt and answer lengths (k-means, from starts at
 * quantiles of the prompt's length, so that the same trace has the same classes).
 *
 * <p>The rate of a class is its share of the trace's busiest stretch, since a fleet that is sized for the mean is too small half of
 * the time; a stretch is a minute, or a tenth of a trace shorter than ten. Its hit share is what one LRU cache of some size finds:
 * caches of a fleet find less if conversations are scattered, and more if they are many.
 *
 * <p>Each class has its requests as examples, every so many of them if they are over {@value #MOST_EXAMPLES}, and always the
 * longest, which replicas have to hold. How arrivals come in bursts is the variance over the mean of how many come within the
 * time that a first token may take, each stretch about its own mean, since what is slower than a stretch is met by planning for the busiest.
 */
public final class TrafficReader {
    private static final int ROUNDS = 50;
    private static final double MINUTE = 60e9;

    private static final int MOST_EXAMPLES = 2048;

    /** Windows in a stretch at least, so that it has a variance. */
    private static final int FEWEST_WINDOWS = 6;

    private TrafficReader() {}

    /**
     * Reads classes.
     *
     * @param trace the traffic, at least one request
     * @param classes how many classes at most, at least 1
     * @param cacheTokens the cache that hits are counted with, at least 0
     * @param withinSeconds the time that a first token may take, above 0
     * @return those that have requests, the shortest prompts first
     */
    public static List<RequestClass> read(Trace trace, int classes, long cacheTokens, double withinSeconds) {
        List<TraceRequest> requests = trace.requests();
        if (requests.isEmpty() || classes < 1) {
            throw new IllegalArgumentException("traffic: needs requests and at least 1 class, but has "
                    + requests.size() + " and " + classes + ".\nMaybe the trace is empty.");
        }
        double[][] points = new double[requests.size()][];
        for (int i = 0; i < points.length; i++) {
            TraceRequest request = requests.get(i);
            points[i] = new double[] {Math.log1p(request.inputTokens()), Math.log1p(request.outputTokens())};
        }
        int[] member = cluster(points, Math.min(classes, points.length));
        return sums(
                trace,
                member,
                busiestRate(requests) / requests.size(),
                cacheTokens,
                dispersion(requests, withinSeconds));
    }

    /** Returns the variance over the mean of how many requests come within a time, each stretch about its own mean; at least 1. */
    static double dispersion(List<TraceRequest> requests, double withinSeconds) {
        double stretch = stretch(requests);
        double window = Math.min(withinSeconds * 1e9, stretch / FEWEST_WINDOWS);
        int windows = (int) (stretch / window);
        long first = requests.get(0).arrivalNanos();
        long span = requests.get(requests.size() - 1).arrivalNanos() - first;
        int stretches = (int) (span / (windows * window));
        if (stretches == 0) {
            return 1;
        }
        double[] counts = new double[stretches * windows];
        for (TraceRequest request : requests) {
            int at = (int) ((request.arrivalNanos() - first) / window);
            if (at < counts.length) {
                counts[at]++;
            }
        }
        double variances = 0;
        double means = 0;
        for (int i = 0; i < stretches; i++) {
            double[] of = Arrays.copyOfRange(counts, i * windows, (i + 1) * windows);
            double mean = Arrays.stream(of).average().orElse(0);
            variances += Arrays.stream(of)
                            .map(count -> (count - mean) * (count - mean))
                            .sum()
                    / (windows - 1);
            means += mean;
        }
        return means == 0 ? 1 : Math.max(1, variances / means);
    }

    private static double stretch(List<TraceRequest> requests) {
        double span = requests.get(requests.size() - 1).arrivalNanos()
                - requests.get(0).arrivalNanos();
        return Math.max(1e9, Math.min(MINUTE, span / 10));
    }

    /** Returns the requests per second of the busiest stretch. */
    static double busiestRate(List<TraceRequest> requests) {
        double stretch = stretch(requests);
        int most = 0;
        int from = 0;
        for (int i = 0; i < requests.size(); i++) {
            while (requests.get(i).arrivalNanos() - requests.get(from).arrivalNanos() >= stretch) {
                from++;
            }
            most = Math.max(most, i - from + 1);
        }
        return most / (stretch / 1e9);
    }

    private static List<RequestClass> sums(
            Trace trace, int[] member, double rateOfOne, long cacheTokens, double dispersion) {
        int classes = Arrays.stream(member).max().orElse(0) + 1;
        List<List<Example>> examples = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            examples.add(new ArrayList<>());
        }
        LruBlockCache cache = new LruBlockCache(cacheTokens / trace.blockTokens());
        for (int i = 0; i < member.length; i++) {
            TraceRequest request = trace.requests().get(i);
            long cached = (long) cache.leadingRun(request.blocks()) * trace.blockTokens();
            cache.touch(request.blocks());
            int input = request.inputTokens();
            // The last token is always read.
            int hit = (int) Math.min(cached, Math.max(0, input - 1));
            examples.get(member[i]).add(new Example(input, hit, Math.max(1, request.outputTokens())));
        }
        List<RequestClass> found = new ArrayList<>();
        for (List<Example> all : examples) {
            if (!all.isEmpty()) {
                double input = all.stream().mapToLong(Example::inputTokens).sum();
                double output = all.stream().mapToLong(Example::outputTokens).sum();
                double hit = all.stream().mapToLong(Example::cachedTokens).sum();
                found.add(new RequestClass(
                        all.size() * rateOfOne,
                        (int) Math.max(1, Math.round(input / all.size())),
                        (int) Math.max(1, Math.round(output / all.size())),
                        input == 0 ? 0 : hit / input,
                        new TrafficClass.Spread(dispersion, some(all))));
            }
        }
        found.sort(Comparator.comparingInt(RequestClass::inputTokens).thenComparingInt(RequestClass::outputTokens));
        return found;
    }

    private static List<Example> some(List<Example> all) {
        int every = (all.size() + MOST_EXAMPLES - 1) / MOST_EXAMPLES;
        List<Example> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i += every) {
            some.add(all.get(i));
        }
        Example longest = Collections.max(all, Comparator.comparingLong(Example::tokens));
        if (every > 1 && !some.contains(longest)) {
            some.add(longest);
        }
        return some;
    }

    private static int[] cluster(double[][] points, int classes) {
        double[][] sorted = points.clone();
        Arrays.sort(
                sorted, Comparator.<double[]>comparingDouble(point -> point[0]).thenComparingDouble(p -> p[1]));
        double[][] centres = new double[classes][];
        for (int i = 0; i < classes; i++) {
            centres[i] = sorted[(int) ((2L * i + 1) * sorted.length / (2L * classes))].clone();
        }
        int[] member = new int[points.length];
        boolean moved = true;
        for (int round = 0; round < ROUNDS && moved; round++) {
            moved = round == 0;
            double[][] sums = new double[classes][3];
            for (int i = 0; i < points.length; i++) {
                int nearest = nearest(points[i], centres);
                moved |= nearest != member[i];
                member[i] = nearest;
                sums[nearest][0] += points[i][0];
                sums[nearest][1] += points[i][1];
                sums[nearest][2]++;
            }
            for (int c = 0; c < classes; c++) {
                if (sums[c][2] > 0) {
                    centres[c] = new double[] {sums[c][0] / sums[c][2], sums[c][1] / sums[c][2]};
                }
            }
        }
        return member;
    }

    private static int nearest(double[] point, double[][] centres) {
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < centres.length; c++) {
            double input = point[0] - centres[c][0];
            double output = point[1] - centres[c][1];
            double distance = input * input + output * output;
            if (distance < least) {
                least = distance;
                nearest = c;
            }
        }
        return nearest;
    }
}
