// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results of profiles that a case states, in the order in which it states them; a profile that chose nobody has failed.
 *
 * @param declared the names of all profiles
 */
record GivenResults(List<String> declared, List<ProfileResult> results) implements ProfileResults {
    /**
     * States results.
     *
     * @param choices the ids of each profile's endpoints, best first
     */
    static GivenResults of(List<String> declared, Map<String, List<String>> choices, FleetSnapshot fleet) {
        List<ProfileResult> results = new ArrayList<>();
        choices.forEach((profile, ids) -> {
            List<Target> targets = ids.stream()
                    .map(fleet::slotOf)
                    .map(slot -> new Target(fleet.endpoint(slot), slot, fleet.incarnation(slot), 1))
                    .toList();
            Leg leg = targets.isEmpty() ? null : new Leg(profile, targets.get(0), targets.subList(1, targets.size()));
            results.add(new Result(profile, leg));
        });
        return new GivenResults(declared, results);
    }

    @Override
    public @Nullable ProfileResult result(String profile) {
        return results.stream()
                .filter(result -> result.profile().equals(profile))
                .findFirst()
                .orElse(null);
    }

    private record Result(String profile, @Nullable Leg leg) implements ProfileResult {
        @Override
        public @Nullable Rejection rejection() {
            return leg != null ? null : Rejection.of(Rejection.Reason.FILTERED_OUT, "nobody was left", null);
        }

        @Override
        public int size() {
            return leg == null ? 0 : 1 + leg.fallbacks().size();
        }

        @Override
        public Endpoint endpoint(int position) {
            if (leg == null) {
                throw new IndexOutOfBoundsException(position);
            }
            return (position == 0 ? leg.target() : leg.fallbacks().get(position - 1)).endpoint();
        }

        @Override
        public int slot(int position) {
            if (leg == null) {
                throw new IndexOutOfBoundsException(position);
            }
            return (position == 0 ? leg.target() : leg.fallbacks().get(position - 1)).slot();
        }

        @Override
        public double total(int position) {
            return 1;
        }
    }

    /** Takes down what a profile handler makes of results. */
    static final class Draft implements DecisionDraft {
        final List<String> legs = new ArrayList<>();
        final Map<String, String> headers = new LinkedHashMap<>();

        @Nullable
        String primary;

        @Nullable
        Rejection rejection;

        int port;

        @Override
        public void primary(String profile) {
            primary = profile;
        }

        @Override
        public void leg(String profile) {
            legs.add(profile);
        }

        @Override
        public void primary(String profile, int[] positions) {
            primary(profile);
        }

        @Override
        public void leg(String profile, int[] positions) {
            leg(profile);
        }

        @Override
        public void promptReadBy(String profile) {}

        @Override
        public void header(String lowerCaseName, String value) {
            headers.put(lowerCaseName, value);
        }

        @Override
        public void port(int port) {
            this.port = port;
        }

        @Override
        public void reject(Rejection rejection) {
            this.rejection = rejection;
        }
    }
}
