// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a profile handler makes of the profiles' results. */
final class Draft implements DecisionDraft {
    private final RunOrder order;
    private final List<ProfileRun> others = new ArrayList<>(2);
    private @Nullable ProfileRun primary;
    private @Nullable Map<String, String> headers;
    private @Nullable Rejection rejection;
    private @Nullable ProfileRun reader;
    private final boolean together;
    private int port;

    /**
     * Makes an empty draft.
     *
     * @param together whether nothing is reserved yet, so that other candidates may be named than the pickers chose
     */
    Draft(RunOrder order, boolean together) {
        this.order = order;
        this.together = together;
    }

    @Override
    public void primary(String profile) {
        primary = successful(profile);
    }

    @Override
    public void primary(String profile, int[] positions) {
        choose(profile, positions);
        primary(profile);
    }

    @Override
    public void leg(String profile, int[] positions) {
        choose(profile, positions);
        leg(profile);
    }

    private void choose(String profile, int[] positions) {
        if (!together) {
            throw new IllegalStateException("profile " + profile + ": what its picker chose is reserved already.\n"
                    + "Maybe have the handler say that it chooses together; see ProfileHandler.choosesTogether.");
        }
        successful(profile).choose(positions);
    }

    @Override
    public void promptReadBy(String profile) {
        reader = successful(profile);
    }

    /** Tells whether a leg's target reads the prompt. */
    boolean readsPrompt(ProfileRun run) {
        return reader == null || reader.equals(run);
    }

    @Override
    public void leg(String profile) {
        ProfileRun run = successful(profile);
        if (!others.contains(run)) {
            others.add(run);
        }
    }

    private ProfileRun successful(String profile) {
        ProfileRun run = order.run(profile);
        if (run == null || !order.hasRun(run) || run.leg() == null) {
            throw new IllegalArgumentException("profile " + profile + ": "
                    + (run == null ? "is not declared" : order.hasRun(run) ? "found nothing" : "has not run")
                    + ", so it cannot be a leg.\nMaybe ask ProfileResults.result(\"" + profile + "\") first.");
        }
        return run;
    }

    @Override
    public void header(String lowerCaseName, String value) {
        if (headers == null) {
            headers = new LinkedHashMap<>();
        }
        headers.put(requireNonNull(lowerCaseName, "lowerCaseName"), requireNonNull(value, "value"));
    }

    @Override
    public void port(int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port: must be 1 to 65535, but was " + port + ".\nMaybe leave the endpoints' own.");
        }
        this.port = port;
    }

    @Override
    public void reject(Rejection rejection) {
        this.rejection = requireNonNull(rejection, "rejection");
    }

    boolean hasPrimary() {
        return primary != null;
    }

    ProfileRun primaryRun() {
        return requireNonNull(primary);
    }

    /** Returns the runs of the legs besides the primary one. */
    List<ProfileRun> otherRuns() {
        others.remove(primary);
        return others;
    }

    /** Returns the leg that answers the caller, at the port that was asked for. */
    Leg primaryLeg() {
        Leg leg = primaryRun().chosen();
        return port == 0 ? leg : AtPort.of(leg, port);
    }

    /** Returns the legs besides the primary one. */
    List<Leg> otherLegs() {
        if (otherRuns().isEmpty()) {
            return List.of();
        }
        List<Leg> legs = new ArrayList<>(others.size());
        for (ProfileRun run : others) {
            legs.add(run.chosen());
        }
        return legs;
    }

    Map<String, String> headers() {
        return headers == null ? Map.of() : headers;
    }

    @Nullable
    Rejection rejection() {
        return rejection;
    }
}
