// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.core.filter.LabelSelectorFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How requests are shared out among the revisions of a deployment whose roles are rolled out together. A revision that lacks an
 * endpoint of some required role gets nothing. Immutable and thread-safe.
 *
 * @param mode what a revision weighs
 * @param requiredRoles the roles that a revision needs, in the order in which they win ties; not empty unless disabled
 * @param revisionLabel the label that tells an endpoint's revision
 * @param roleLabel the label that tells its role
 * @param roleCapacity requests that one endpoint of a role serves in a while, relative to the others; for {@link Mode#CAPACITY}
 */
public record RevisionGating(
        Mode mode,
        List<String> requiredRoles,
        String revisionLabel,
        String roleLabel,
        Map<String, Double> roleCapacity) {
    /** The label of an endpoint's revision, by default. */
    public static final String REVISION_LABEL = "disaggregatedset.x-k8s.io/revision";

    /** The label of an endpoint's role, by default. */
    public static final String ROLE_LABEL = "disaggregatedset.x-k8s.io/role";

    /** What a revision weighs. */
    public enum Mode {
        /** The endpoints of its required roles. */
        SUM,
        /** Its endpoints of the role that has most over all complete revisions. */
        MAX_ROLE,
        /**
         * What its scarcest role can serve: the least of endpoints times capacity over the required roles. llm-d has no such mode,
         * and its own are guesses at this one.
         */
        CAPACITY,
        /** Revisions are not told apart. */
        DISABLED
    }

    /** Checks that the parts fit together. */
    public RevisionGating {
        requireNonNull(mode, "mode");
        requiredRoles = List.copyOf(requiredRoles);
        requireNonNull(revisionLabel, "revisionLabel");
        requireNonNull(roleLabel, "roleLabel");
        roleCapacity = Map.copyOf(roleCapacity);
        if (mode != Mode.DISABLED
                && (requiredRoles.isEmpty() || new HashSet<>(requiredRoles).size() < requiredRoles.size())) {
            throw new IllegalArgumentException("requireRoles: must be different roles, at least one, but were "
                    + requiredRoles + ".\nMaybe prefill and decode.");
        }
        for (String role : requiredRoles) {
            Double capacity = roleCapacity.get(role);
            if (mode == Mode.CAPACITY && !(capacity != null && capacity > 0 && capacity < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("roleCapacity: must have a finite number above 0 for role " + role
                        + ", but had " + capacity + ".\nMaybe measure how many requests a second one endpoint serves.");
            }
        }
    }

    /** Returns each revision's weight, in order of their names; 0 for one that is incomplete. */
    SortedMap<String, Double> weights(FleetSnapshot fleet, LabelSelectorFilter scope) {
        SortedMap<String, int[]> counts = count(fleet, scope);
        int dominant = mode == Mode.MAX_ROLE ? dominantRole(counts) : 0;
        SortedMap<String, Double> weights = new TreeMap<>();
        counts.forEach((revision, byRole) -> weights.put(revision, complete(byRole) ? weight(byRole, dominant) : 0));
        return weights;
    }

    private SortedMap<String, int[]> count(FleetSnapshot fleet, LabelSelectorFilter scope) {
        SortedMap<String, int[]> counts = new TreeMap<>();
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            if (!fleet.occupied(slot)) {
                continue;
            }
            Endpoint endpoint = fleet.endpoint(slot);
            String revision = endpoint.labels().get(revisionLabel);
            if (revision == null || !scope.matches(endpoint.labels())) {
                continue;
            }
            int[] byRole = counts.computeIfAbsent(revision, absent -> new int[requiredRoles.size()]);
            int role = requiredRoles.indexOf(endpoint.labels().getOrDefault(roleLabel, ""));
            if (role >= 0) {
                byRole[role]++;
            }
        }
        return counts;
    }

    private int dominantRole(Map<String, int[]> counts) {
        int[] totals = new int[requiredRoles.size()];
        for (int[] byRole : counts.values()) {
            for (int role = 0; complete(byRole) && role < totals.length; role++) {
                totals[role] += byRole[role];
            }
        }
        int dominant = 0;
        for (int role = 1; role < totals.length; role++) {
            dominant = totals[role] > totals[dominant] ? role : dominant;
        }
        return dominant;
    }

    private static boolean complete(int[] byRole) {
        for (int count : byRole) {
            if (count == 0) {
                return false;
            }
        }
        return true;
    }

    private double weight(int[] byRole, int dominant) {
        return switch (mode) {
            case SUM -> {
                double sum = 0;
                for (int count : byRole) {
                    sum += count;
                }
                yield sum;
            }
            case MAX_ROLE -> byRole[dominant];
            case CAPACITY -> {
                double least = Double.POSITIVE_INFINITY;
                for (int role = 0; role < byRole.length; role++) {
                    least = Math.min(least, byRole[role] * requireNonNull(roleCapacity.get(requiredRoles.get(role))));
                }
                yield least;
            }
            case DISABLED -> 1;
        };
    }
}
