// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import java.util.Arrays;
import java.util.List;

/**
 * Mélange's allocation: the load of each bucket of request sizes is cut into equal slices, each of which goes to one type as a whole,
 * and a type has {@code ceil(sum of rate / throughput)} replicas. Finer slices are cheaper, and routing in fractions is cheapest.
 * Immutable and thread-safe.
 *
 * <p>Solved exactly, depth first over the buckets, by the number of slices that each type gets; pruned by what the load costs in
 * fractions of replicas. Exponential in buckets, types and slices.
 *
 * <p>Source: tyler-griggs/melange-release, README; Griggs et al., arXiv 2404.14527.
 */
public final class SliceAllocation {
    private final double[] costs;
    private final double[][] loads;
    private final int slices;
    private final double[] cheapestAfter;
    private final double[] used;
    private double best = Double.POSITIVE_INFINITY;
    private final int[] counts;

    private SliceAllocation(double[] costs, double[][] loads, int slices) {
        this.costs = costs;
        this.loads = loads;
        this.slices = slices;
        used = new double[costs.length];
        counts = new int[costs.length];
        cheapestAfter = new double[loads.length + 1];
        for (int b = loads.length - 1; b >= 0; b--) {
            double least = Double.POSITIVE_INFINITY;
            for (int t = 0; t < costs.length; t++) {
                least = Math.min(least, loads[b][t] * costs[t]);
            }
            cheapestAfter[b] = cheapestAfter[b + 1] + least;
        }
    }

    /**
     * What to run.
     *
     * @param counts replicas of each type
     * @param cost of all; infinite if there is no way
     */
    public record Allocation(List<Integer> counts, double cost) {}

    /**
     * Finds the cheapest allocation.
     *
     * @param costs of a replica of each type
     * @param rates requests per second of each bucket
     * @param throughput by bucket and type, what one replica serves if it does nothing else; 0 if it cannot
     * @param slices of a bucket; at least 1
     */
    public static Allocation cheapest(double[] costs, double[] rates, double[][] throughput, int slices) {
        Checks.positive("slices", slices);
        double[][] loads = new double[rates.length][costs.length];
        for (int b = 0; b < rates.length; b++) {
            for (int t = 0; t < costs.length; t++) {
                double able = throughput[b][t];
                loads[b][t] = rates[b] == 0 ? 0 : able > 0 ? rates[b] / able : Double.POSITIVE_INFINITY;
            }
        }
        SliceAllocation search = new SliceAllocation(costs.clone(), loads, slices);
        search.bucket(0);
        return new Allocation(Arrays.stream(search.counts).boxed().toList(), search.best);
    }

    private void bucket(int bucket) {
        double fluid = cheapestAfter[bucket];
        for (int t = 0; t < costs.length; t++) {
            // What is used so far is paid in whole replicas at least once everything is assigned.
            fluid += used[t] * costs[t];
        }
        if (fluid >= best - 1e-9) {
            return;
        }
        if (bucket == loads.length) {
            int[] replicas = Arrays.stream(used).mapToInt(Checks::ceiling).toArray();
            double cost = 0;
            for (int t = 0; t < costs.length; t++) {
                cost += replicas[t] * costs[t];
            }
            if (cost < best - 1e-9) {
                best = cost;
                System.arraycopy(replicas, 0, counts, 0, counts.length);
            }
            return;
        }
        type(bucket, 0, slices);
    }

    private void type(int bucket, int type, int left) {
        if (type == costs.length - 1) {
            assign(bucket, type, left, 0);
            return;
        }
        for (int here = left; here >= 0; here--) {
            assign(bucket, type, here, left - here);
        }
    }

    private void assign(int bucket, int type, int here, int rest) {
        if (here > 0 && loads[bucket][type] == Double.POSITIVE_INFINITY) {
            return;
        }
        double before = used[type];
        used[type] += here == 0 ? 0 : loads[bucket][type] * here / slices;
        if (type == costs.length - 1) {
            bucket(bucket + 1);
        } else {
            type(bucket, type + 1, rest);
        }
        used[type] = before;
    }
}
