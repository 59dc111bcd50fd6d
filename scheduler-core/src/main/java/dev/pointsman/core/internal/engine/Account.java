// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.ProfileExplanation;
import java.util.ArrayList;
import java.util.List;

/** What happened to one request, taken down as it happens because an explanation was asked for. */
final class Account {
    private final List<String> notes = new ArrayList<>();

    void note(String note) {
        notes.add(note);
    }

    /** Returns how many notes there are. */
    int size() {
        return notes.size();
    }

    /** Forgets notes of what came to nothing. */
    void forget(int from, int to) {
        notes.subList(from, to).clear();
    }

    Explanation tell(Cycle cycle, long seed, String outcome) {
        List<ProfileExplanation> profiles = new ArrayList<>();
        for (ProfileResult result : cycle.order.results()) {
            ProfileRecord record = ((ProfileRun) result).record();
            if (record != null) {
                profiles.add(record.tell());
            }
        }
        return new Explanation(
                cycle.request().id(),
                outcome,
                seed,
                cycle.fleet().version(),
                cycle.fleet().size(),
                profiles,
                notes);
    }
}
