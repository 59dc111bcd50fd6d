// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Random fleets by seed. */
final class SmallFleets {
    static final LatencyTarget TARGET = LatencyTarget.mean(Duration.ofMillis(500), Duration.ofMillis(50));
    static final int MOST_REPLICAS = 6;

    private SmallFleets() {}

    /** One class of traffic, up to four types, and a quota of one chip a replica that ends at six replicas. */
    static FleetProblem oneClass(long seed) {
        return fleet(new SplittableRandom(seed), 1, 4);
    }

    /** Two classes, up to two types, so that routing matters. */
    static FleetProblem twoClasses(long seed) {
        return fleet(new SplittableRandom(seed), 2, 2);
    }

    /**
     * One class, with numbers that are hard on arithmetic: prices of nothing, all alike, of billionths or billions; capacities of
     * nothing, of billionths, or far beyond what comes; demands that are met to the dot; limits and transitions, running or not.
     */
    static FleetProblem hostile(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int prices = random.nextInt(7);
        int rates = random.nextInt(5);
        FleetProblem.Builder problem = FleetProblem.builder().quota(OptionalInt.of(random.nextInt(MOST_REPLICAS + 1)));
        double load = random.nextInt(8) == 0 ? Math.pow(10, random.nextDouble(-9, 9)) : random.nextInt(25);
        problem.traffic(new TrafficClass("c0", load, 1000, 100, 0, false, random.nextInt(2), TARGET));
        for (int t = random.nextInt(1, 4); t > 0; t--) {
            for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
                Capacity capacity = Capacity.stated(hostileRate(random, rates));
                double bandwidth = random.nextInt(4) == 0 ? random.nextInt(1, 10) : Double.POSITIVE_INFINITY;
                // Two of a type, so that one may be better in every respect.
                for (int tp = 1; tp <= random.nextInt(1, 3); tp++) {
                    ReplicaOption option = new ReplicaOption(
                            role,
                            "t" + t,
                            Parallelism.tensor(tp),
                            hostilePrice(random, prices),
                            250 * random.nextInt(4),
                            bandwidth,
                            Map.of("c0", capacity));
                    problem.option(option);
                    if (random.nextInt(6) == 0) {
                        problem.running(option.id(), random.nextInt(4));
                    }
                }
            }
            if (random.nextInt(3) == 0) {
                problem.available("t" + t, random.nextInt(5));
            }
        }
        if (random.nextInt(3) == 0) {
            problem.transition(hostilePrice(random, prices), hostilePrice(random, prices));
        }
        if (random.nextInt(3) == 0) {
            problem.mostChange(OptionalInt.of(random.nextInt(4)));
        }
        if (random.nextInt(4) == 0) {
            problem.power(OptionalDouble.of(250 * random.nextInt(12)));
        }
        if (random.nextInt(4) == 0) {
            problem.holdAtLeast((long) Math.pow(10, random.nextDouble(0, 18)));
            problem.holding("prefill/t1/tp1", (long) Math.pow(10, random.nextDouble(0, 18)));
            problem.holding("aggregated/t1/tp1", random.nextInt(3));
        }
        return problem.build();
    }

    private static double hostilePrice(SplittableRandom random, int kind) {
        return switch (kind) {
            case 0 -> random.nextInt(3);
            case 1 -> 2.5;
            case 2 -> 1e-10 * random.nextDouble(1, 5);
            case 3 -> 1e9 * random.nextDouble(1, 5);
            case 4 -> random.nextInt(3) == 0 ? 1e9 : random.nextDouble(0.001, 5);
            case 5 -> 1e-4 * random.nextInt(1, 4) + random.nextInt(2) * 0.9e-10;
            default -> Math.pow(10, random.nextDouble(-9, 9));
        };
    }

    private static double hostileRate(SplittableRandom random, int kind) {
        return switch (kind) {
            case 0 -> random.nextInt(12);
            case 1 -> random.nextInt(4) == 0 ? 1e-9 : random.nextInt(1, 10);
            case 2 -> random.nextInt(4) == 0 ? 1e12 : random.nextInt(1, 10);
            case 3 -> 12.0 / random.nextInt(1, 13);
            default -> Math.pow(10, random.nextDouble(-12, 12));
        };
    }

    private static FleetProblem fleet(SplittableRandom random, int classes, int mostTypes) {
        FleetProblem.Builder problem = FleetProblem.builder().quota(OptionalInt.of(MOST_REPLICAS));
        List<TrafficClass> all = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            double bytes = random.nextInt(3) == 0 ? 1 : 0;
            all.add(new TrafficClass("c" + c, random.nextInt(2, 25), 1000, 100, 0, false, bytes, TARGET));
        }
        all.forEach(problem::traffic);
        int types = random.nextInt(1, mostTypes + 1);
        boolean mixed = random.nextBoolean();
        for (int t = 0; t < types; t++) {
            String type = "t" + t;
            double price = random.nextInt(10, 90) / 10.0;
            if (random.nextInt(3) == 0) {
                problem.available(type, random.nextInt(MOST_REPLICAS + 1));
            }
            for (Role role : new Role[] {Role.PREFILL, Role.DECODE, Role.PREFILL_DECODE}) {
                if (role == Role.PREFILL_DECODE && !mixed) {
                    continue;
                }
                Map<String, Capacity> capacities = new HashMap<>();
                for (TrafficClass one : all) {
                    // Some in whole numbers, where demands are met to the dot; some that cannot meet the target.
                    double rate = random.nextBoolean() ? random.nextInt(0, 12) : random.nextDouble(0.5, 12);
                    capacities.put(one.name(), Capacity.stated(role == Role.PREFILL_DECODE ? rate * 0.6 : rate));
                }
                double bandwidth = random.nextInt(4) == 0 ? random.nextInt(2, 10) : Double.POSITIVE_INFINITY;
                problem.option(new ReplicaOption(
                        role, type, Parallelism.SINGLE, price, random.nextInt(300, 1000), bandwidth, capacities));
            }
        }
        if (random.nextInt(4) == 0) {
            problem.power(OptionalDouble.of(random.nextInt(1000, 4000)));
        }
        if (random.nextInt(4) == 0) {
            problem.atLeast(Role.DECODE, 1);
        }
        if (random.nextInt(3) == 0) {
            problem.running("prefill/t0/tp1", random.nextInt(4)).running("decode/t0/tp1", random.nextInt(4));
            problem.transition(random.nextInt(0, 30) / 10.0, random.nextInt(0, 30) / 10.0);
            if (random.nextInt(3) == 0) {
                problem.mostChange(OptionalInt.of(random.nextInt(1, 4)));
            }
        }
        if (random.nextInt(4) == 0) {
            problem.holdAtLeast(random.nextInt(1, 13));
            for (int t = 0; t < types; t++) {
                problem.holding((mixed ? "aggregated/t" : "prefill/t") + t + "/tp1", random.nextInt(12));
            }
        }
        return problem.build();
    }
}
