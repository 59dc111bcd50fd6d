// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.plugin.Filter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the endpoint that one of its headers names, and none to endpoints that are fenced off, {@code
 * pin-filter}. A pin is an endpoint's id, its address, or, if a label is named for it, what that label says, such as a
 * data-parallel rank.
 *
 * <p>A pin that no candidate meets leaves none, so that the request is refused by this filter's name; with {@code strict:
 * false} it counts as no pin. A fenced endpoint, by label, gets no new request, pinned or not: it is being drained or looked
 * at.
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class PinFilter implements Filter {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "header",
                    ParameterSpec.Type.STRING,
                    "x-endpoint-pin",
                    "The request header that names the endpoint."),
            ParameterSpec.optional(
                    "label", ParameterSpec.Type.STRING, null, "A label by whose value an endpoint may be named too."),
            ParameterSpec.optional(
                    "fencedLabel",
                    ParameterSpec.Type.STRING,
                    "pointsman.dev/fenced",
                    "The label that, if true, keeps all requests away."),
            ParameterSpec.optional(
                    "strict",
                    ParameterSpec.Type.BOOLEAN,
                    "true",
                    "Whether a request whose endpoint is not there is refused."));

    private final String header;
    private final @Nullable String label;
    private final String fencedLabel;
    private final boolean strict;

    PinFilter(Parameters parameters) {
        header = parameters.string("header", "x-endpoint-pin").toLowerCase(Locale.ROOT);
        label = parameters.has("label") ? parameters.requiredString("label") : null;
        fencedLabel = parameters.string("fencedLabel", "pointsman.dev/fenced");
        strict = parameters.flag("strict", true);
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        String pin = cycle.request().headers().first(header);
        boolean pinned = pin != null && !pin.isBlank() && (strict || anyMeets(pin, candidates));
        for (int i = 0; i < candidates.size(); i++) {
            Endpoint endpoint = candidates.endpoint(i);
            if (fenced(endpoint) || (pinned && pin != null && !meets(pin, endpoint))) {
                candidates.remove(i);
            }
        }
    }

    private boolean anyMeets(String pin, CandidateSet candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            if (!fenced(candidates.endpoint(i)) && meets(pin, candidates.endpoint(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean fenced(Endpoint endpoint) {
        return "true".equals(endpoint.labels().get(fencedLabel));
    }

    private boolean meets(String pin, Endpoint endpoint) {
        return pin.equals(endpoint.id())
                || pin.equals(endpoint.address())
                || (label != null && pin.equals(endpoint.labels().get(label)));
    }

    @Override
    public boolean constraint() {
        return true;
    }
}
