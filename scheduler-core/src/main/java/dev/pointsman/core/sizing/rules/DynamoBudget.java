// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How Dynamo's planner fits numbers of prefill and decode replicas into a budget of GPUs or watts: proportionally, which is not
 * what the objectives would have. Thread-safe, no state.
 *
 * <p>A negative bound is none. A budget with both bounds may be missed from below by one replica of the wider role, since whole
 * replicas need not add up to it; never from above.
 *
 * <p>Source: ai-dynamo/dynamo, {@code planner/core/budget.py} and its tests.
 */
public final class DynamoBudget {
    private DynamoBudget() {}

    /**
     * What may be used.
     *
     * @param least of the budget; negative for no bound
     * @param most of the budget; negative for no bound
     * @param each what one replica of each role uses
     * @param fewest replicas of each role
     */
    public record Band(int least, int most, RolePair each, RolePair fewest) {
        /** Checks what replicas use. */
        public Band {
            Checks.positive("each.prefill", each.prefill());
            Checks.positive("each.decode", each.decode());
            Checks.notNegative("fewest.prefill", fewest.prefill());
            Checks.notNegative("fewest.decode", fewest.decode());
        }

        private int tolerance() {
            return least >= 0 && most >= 0 ? Math.max(each.prefill(), each.decode()) : 0;
        }

        boolean holds(RolePair replicas) {
            int total = replicas.total(each);
            return (most < 0 || total <= most) && (least < 0 || total >= least - tolerance());
        }
    }

    /**
     * What became of a proposal.
     *
     * @param replicas to run
     * @param reason why they are not what was proposed, in Dynamo's words; empty if they are
     */
    public record Fitted(RolePair replicas, String reason) {}

    /**
     * Clamps a proposal into a band, proportionally: above it, prefill shrinks to its share and decode gets the rest; below it,
     * both grow. None of either if not even the fewest fit.
     */
    public static RolePair clamp(RolePair proposed, Band band) {
        if (band.holds(proposed)) {
            return proposed;
        }
        RolePair each = band.each();
        RolePair fewest = band.fewest();
        int total = proposed.total(each);
        if (band.most() >= 0 && total > band.most()) {
            if (fewest.total(each) > band.most()) {
                return new RolePair(0, 0);
            }
            double scale = (double) band.most() / total;
            int most = Math.floorDiv(band.most() - fewest.decode() * each.decode(), each.prefill());
            int prefill = Math.max(fewest.prefill(), Math.min(most, Checks.floor(proposed.prefill() * scale)));
            int left = band.most() - prefill * each.prefill();
            return new RolePair(prefill, Math.max(fewest.decode(), Math.floorDiv(left, each.decode())));
        }
        double share =
                total <= 0 ? band.least() / 2.0 / each.prefill() : proposed.prefill() * ((double) band.least() / total);
        int prefill = Math.max(fewest.prefill(), Checks.ceiling(share));
        int left = Math.max(0, band.least() - prefill * each.prefill());
        RolePair grown =
                new RolePair(prefill, Math.max(fewest.decode(), Checks.ceiling((double) left / each.decode())));
        return band.most() >= 0 && grown.total(each) > band.most() ? proposed : grown;
    }

    /**
     * Clamps a single role, that of prefill, into a band: down to what fits, up to the floor as far as the ceiling allows; none if
     * not even the fewest fit.
     */
    public static int clampOne(int proposed, Band band) {
        int each = band.each().prefill();
        int fewest = band.fewest().prefill();
        int tolerance = band.least() >= 0 && band.most() >= 0 ? each : 0;
        boolean above = band.most() >= 0 && proposed * each > band.most();
        boolean below = band.least() >= 0 && proposed * each < band.least() - tolerance;
        if (!above && !below) {
            return proposed;
        }
        int wanted = above ? band.most() / each : Math.max(fewest, Checks.ceiling((double) band.least() / each));
        if (band.most() >= 0 && fewest * each > band.most()) {
            return 0;
        }
        return Math.max(fewest, band.most() >= 0 ? Math.min(wanted, band.most() / each) : wanted);
    }

    /**
     * Fits a proposal into a band without changing its direction: each role ends between what it is and what is proposed, and of
     * two that move against each other both move or neither. Of what fits, the closest to the proposal; then what is most
     * in proportion; then what moves most.
     */
    public static RolePair fit(RolePair current, RolePair proposed, Band band) {
        if (proposed.prefill() >= band.fewest().prefill()
                && proposed.decode() >= band.fewest().decode()
                && band.holds(proposed)) {
            return proposed;
        }
        boolean opposing = current.opposes(proposed);
        int asked = Math.abs(proposed.prefill() - current.prefill());
        int askedDecode = Math.abs(proposed.decode() - current.decode());
        RolePair best = current;
        long @Nullable [] least = null;
        int from = Math.max(
                Math.min(current.prefill(), proposed.prefill()), band.fewest().prefill());
        int fromDecode = Math.max(
                Math.min(current.decode(), proposed.decode()), band.fewest().decode());
        for (int p = from; p <= Math.max(current.prefill(), proposed.prefill()); p++) {
            for (int d = fromDecode; d <= Math.max(current.decode(), proposed.decode()); d++) {
                RolePair candidate = new RolePair(p, d);
                boolean half = opposing && (p == current.prefill()) != (d == current.decode());
                if (half || !band.holds(candidate)) {
                    continue;
                }
                long moved = Math.abs(p - current.prefill());
                long movedDecode = Math.abs(d - current.decode());
                long[] score = {
                    Math.abs(proposed.prefill() - p) + (long) Math.abs(proposed.decode() - d),
                    Math.abs(moved * askedDecode - movedDecode * asked),
                    -(moved + movedDecode),
                };
                if (least == null || Arrays.compare(score, least) < 0) {
                    least = score;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** Returns a demand, moved from what there is by at most so many replicas of each role. */
    public static RolePair step(RolePair current, RolePair demand, int most) {
        return new RolePair(
                step(current.prefill(), demand.prefill(), most), step(current.decode(), demand.decode(), most));
    }

    private static int step(int current, int demand, int most) {
        return Math.max(current - most, Math.min(current + most, demand));
    }

    /**
     * Guards what load scaling proposes. What is out of the band now is brought back first; at the floor nothing only shrinks; at
     * the ceiling nothing only grows, and no role becomes a donor that did not offer.
     */
    public static Fitted guard(RolePair current, RolePair proposed, Band band) {
        if (band.least() >= 0 || band.most() >= 0) {
            int total = current.total(band.each());
            if (!band.holds(current)) {
                return new Fitted(clamp(current, band), "gpu_budget_reconcile");
            }
            boolean down = proposed.prefill() < current.prefill() || proposed.decode() < current.decode();
            boolean up = proposed.prefill() > current.prefill() || proposed.decode() > current.decode();
            boolean opposing = current.opposes(proposed);
            boolean atFloor = band.least() >= 0 && total <= band.least();
            boolean atCeiling = band.most() >= 0 && total >= band.most();
            if ((atFloor && down && !up) || (atCeiling && up && !opposing)) {
                return new Fitted(current, "gpu_budget_guard_hold");
            }
            if ((atFloor || atCeiling) && opposing) {
                RolePair fitted = fit(current, proposed, band);
                return new Fitted(fitted, fitted.equals(current) ? "gpu_budget_guard_hold" : "");
            }
        }
        RolePair clamped = clamp(proposed, band);
        boolean straight = between(current.prefill(), clamped.prefill(), proposed.prefill())
                && between(current.decode(), clamped.decode(), proposed.decode());
        return straight && band.holds(clamped) ? new Fitted(clamped, "") : new Fitted(current, "gpu_budget_guard_hold");
    }

    private static boolean between(int current, int value, int proposed) {
        return value >= Math.min(current, proposed) && value <= Math.max(current, proposed);
    }

    /**
     * Fits a proposal under a ceiling of watts. A swap that would exceed it while both legs are under way is staged: the role that
     * shrinks goes first.
     *
     * @param watts the band; its lower bound is not used
     */
    public static Fitted power(RolePair current, RolePair proposed, Band watts) {
        Band ceiling = new Band(-1, watts.most(), watts.each(), watts.fewest());
        Fitted staged = staged(current, proposed, ceiling);
        if (staged != null) {
            return staged;
        }
        if (ceiling.holds(proposed)) {
            return new Fitted(proposed, "");
        }
        RolePair shrunk = clamp(proposed, ceiling);
        RolePair clamped = new RolePair(
                Math.min(shrunk.prefill(), proposed.prefill()), Math.min(shrunk.decode(), proposed.decode()));
        Fitted later = staged(current, clamped, ceiling);
        return later == null ? new Fitted(clamped, "power_budget_clamped") : later;
    }

    private static @Nullable Fitted staged(RolePair current, RolePair target, Band ceiling) {
        RolePair peak = new RolePair(
                Math.max(current.prefill(), target.prefill()), Math.max(current.decode(), target.decode()));
        if (!current.opposes(target) || ceiling.holds(peak)) {
            return null;
        }
        return new Fitted(
                new RolePair(
                        Math.min(current.prefill(), target.prefill()), Math.min(current.decode(), target.decode())),
                "power_rebalance_staged");
    }
}
