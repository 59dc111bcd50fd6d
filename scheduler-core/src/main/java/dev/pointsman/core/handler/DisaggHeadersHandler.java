// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.RequestDecorator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the decoding server by headers where the other stages of a request run (llm-d's {@code disagg-headers-handler}, once
 * {@code prefill-header-handler}). It works beside any profile handler; {@link DisaggProfileHandler}, which says the same
 * itself, does not need it.
 *
 * <p>{@code x-prefiller-host-port} is the prefill leg's target; {@code x-encoder-hosts-ports} are all endpoints of the encode
 * leg, as a comma list. What a client wrote there is removed.
 *
 * <p>Immutable and thread-safe. O(legs), allocates the header values.
 */
public final class DisaggHeadersHandler implements RequestDecorator {
    private final String prefill;
    private final String encode;

    /** Knows the legs by the names {@value DisaggProfileHandler#PREFILL} and {@value DisaggProfileHandler#ENCODE}. */
    public DisaggHeadersHandler() {
        this(DisaggProfileHandler.PREFILL, DisaggProfileHandler.ENCODE);
    }

    /**
     * Knows the legs by the names of their profiles.
     *
     * @param prefillProfile the profile that prefills
     * @param encodeProfile the profile that encodes
     */
    public DisaggHeadersHandler(String prefillProfile, String encodeProfile) {
        this.prefill = requireNonNull(prefillProfile, "prefillProfile");
        this.encode = requireNonNull(encodeProfile, "encodeProfile");
    }

    @Override
    public void decorate(SchedulingCycle cycle, Leg primary, List<Leg> otherLegs, Map<String, String> headers) {
        LegHeaders.write(headers::put, find(prefill, primary, otherLegs), find(encode, primary, otherLegs));
    }

    private static @Nullable Leg find(String profile, Leg primary, List<Leg> others) {
        if (primary.profile().equals(profile)) {
            return primary;
        }
        for (Leg leg : others) {
            if (leg.profile().equals(profile)) {
                return leg;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "DisaggHeadersHandler[" + prefill + ", " + encode + "]";
    }
}
