// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.plugin.ProfileHandler;
import java.util.List;
import java.util.Locale;

/**
 * Runs the one profile that a header of the request names (llm-d's {@code header-profile-handler}), as when a coordinator
 * schedules each stage of a request by itself.
 *
 * <p>A header that is absent or blank means the default profile; blanks around a name do not count, upper and lower case do.
 * If only one profile is declared it runs whatever the header says. A name that no profile has is refused with status 429, as
 * in llm-d.
 *
 * <p>Immutable and thread-safe. O(profiles), allocates a list of one.
 */
public final class HeaderProfileHandler implements ProfileHandler {
    /** The header that is read unless told otherwise. */
    public static final String DEFAULT_HEADER = "EPP-Profile";

    /** The profile that runs when the header is absent, unless told otherwise. */
    public static final String DEFAULT_PROFILE = "decode";

    private final String header;
    private final String defaultProfile;

    /** Reads {@value #DEFAULT_HEADER}, and runs {@value #DEFAULT_PROFILE} without it. */
    public HeaderProfileHandler() {
        this(DEFAULT_HEADER, DEFAULT_PROFILE);
    }

    /**
     * Reads a header.
     *
     * @param headerName its name, in any case; {@value #DEFAULT_HEADER} if blank
     * @param defaultProfile the profile that runs without it; {@value #DEFAULT_PROFILE} if blank
     */
    public HeaderProfileHandler(String headerName, String defaultProfile) {
        this.header = (headerName.isBlank() ? DEFAULT_HEADER : headerName.strip()).toLowerCase(Locale.ROOT);
        this.defaultProfile = defaultProfile.isBlank() ? DEFAULT_PROFILE : defaultProfile.strip();
    }

    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        if (!results.results().isEmpty()) {
            return List.of();
        }
        List<String> declared = results.declared();
        if (declared.size() == 1) {
            return declared;
        }
        String wanted = wanted(cycle);
        return declared.contains(wanted) ? List.of(wanted) : List.of();
    }

    private String wanted(SchedulingCycle cycle) {
        String value = cycle.request().headers().first(header);
        return value == null || value.isBlank() ? defaultProfile : value.strip();
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        if (!results.results().isEmpty()) {
            SingleProfileHandler.foldOnly(results, draft);
            return;
        }
        draft.reject(Rejection.of(
                Rejection.Reason.NOT_ADMITTED,
                "header " + header + " asks for profile " + wanted(cycle) + ", and there are " + results.declared(),
                null));
    }

    @Override
    public String toString() {
        return "HeaderProfileHandler[" + header + ", " + defaultProfile + "]";
    }
}
