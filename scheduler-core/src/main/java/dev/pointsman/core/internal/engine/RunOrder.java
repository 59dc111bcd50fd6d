// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which profiles have run for a request, in order, as the profile handler sees them. */
final class RunOrder implements ProfileResults {
    private final ImmutableList<String> declared;
    private final ProfileRun[] runs;
    private final List<ProfileResult> done = new ArrayList<>();
    private final List<ProfileResult> view = Collections.unmodifiableList(done);

    RunOrder(ImmutableList<String> declared, ProfileRun[] runs) {
        this.declared = declared;
        this.runs = runs;
    }

    /** Returns the run of a profile, or null if there is no such profile. */
    @Nullable
    ProfileRun run(String profile) {
        for (ProfileRun run : runs) {
            if (run.profile().equals(profile)) {
                return run;
            }
        }
        return null;
    }

    boolean hasRun(ProfileRun run) {
        return done.contains(run);
    }

    void add(ProfileRun run) {
        done.add(run);
    }

    void reset() {
        done.clear();
    }

    @Override
    public List<String> declared() {
        return declared;
    }

    @Override
    public @Nullable ProfileResult result(String profile) {
        ProfileRun run = run(profile);
        return run != null && hasRun(run) ? run : null;
    }

    @Override
    public List<ProfileResult> results() {
        return view;
    }
}
