// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.plan;

import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.sizing.FleetProblem;
import dev.pointsman.core.sizing.ReplicaOption;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The naive twin of {@link CacheFit}: tries every fleet below a price, for one class of traffic, each with the hits of the cache that
 * it has, spread and pinned.
 */
final class EveryFleet {
    private static final int MANY = 10_000;

    private final LongFunction<List<RequestClass>> traffic;
    private final PlanTerms terms;
    private final Map<CacheUse, FleetProblem> problems = new HashMap<>();
    private final List<ReplicaOption> options;
    private final int[] counts;
    private final Map<Role, Integer> ofRole = new EnumMap<>(Role.class);
    /** What one replica can do at most, with all hits and among many. */
    private final double[] mostRate;

    private final long[] held;
    private final double requestsPerSecond;
    private double best;

    private EveryFleet(LongFunction<List<RequestClass>> traffic, PlanTerms terms, double below) {
        this.traffic = traffic;
        this.terms = terms;
        best = below;
        FleetProblem all = problem(new CacheUse(Long.MAX_VALUE, false));
        options = all.options();
        counts = new int[options.size()];
        mostRate = options.stream()
                .mapToDouble(option -> option.among(MANY).rate(all.classes().get(0)))
                .toArray();
        requestsPerSecond = all.classes().get(0).requestsPerSecond();
        held = options.stream().mapToLong(all::held).toArray();
    }

    /** Returns the least price of a fleet that suffices, or what it has to be below if there is none. */
    static double cheapest(LongFunction<List<RequestClass>> traffic, PlanTerms terms, double below) {
        EveryFleet all = new EveryFleet(traffic, terms, below);
        all.choose(0, 0);
        return all.best;
    }

    private FleetProblem problem(CacheUse use) {
        return problems.computeIfAbsent(
                use,
                same -> FleetDraft.of(traffic.apply(use.tokens()), terms, use, 0, (nodes, bound, best) -> false)
                        .problem());
    }

    private void choose(int option, double dollars) {
        if (dollars > best - 1e-6) {
            return;
        }
        if (option == counts.length) {
            long all = held();
            if (served(mostRate)
                    && (enough(new CacheUse(Math.min(CacheFit.SPREAD_TOKENS, all), false))
                            || enough(new CacheUse(all / 2, true)))) {
                best = dollars;
            }
            return;
        }
        ReplicaOption kind = options.get(option);
        for (int count = 0; dollars + count * kind.dollarsPerHour() <= best - 1e-6; count++) {
            counts[option] = count;
            choose(option + 1, dollars + count * kind.dollarsPerHour());
        }
        counts[option] = 0;
    }

    private long held() {
        long all = 0;
        for (int i = 0; i < counts.length; i++) {
            all += counts[i] * held[i];
        }
        return all;
    }

    private boolean enough(CacheUse use) {
        FleetProblem problem = problem(use);
        ofRole.clear();
        for (int i = 0; i < counts.length; i++) {
            ofRole.merge(options.get(i).role(), counts[i], Integer::sum);
        }
        double[] rates = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            int sharing = ofRole.getOrDefault(options.get(i).role(), 1);
            rates[i] = counts[i] == 0
                    ? 0
                    : problem.options()
                            .get(i)
                            .among(sharing)
                            .rate(problem.classes().get(0));
            if (counts[i] > 0 && rates[i] == 0) {
                // Useless with so few hits, and what it holds does not count; the fleet without it is another one.
                return false;
            }
        }
        return served(rates);
    }

    private boolean served(double[] rates) {
        double read = 0;
        double decoded = 0;
        for (int i = 0; i < counts.length; i++) {
            read += options.get(i).role().prefills() ? counts[i] * rates[i] : 0;
            decoded += options.get(i).role().decodes() ? counts[i] * rates[i] : 0;
        }
        return Math.min(read, decoded) >= requestsPerSecond * (1 - 1e-9);
    }
}
