// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.internal.assembly.KeySpace;
import dev.pointsman.core.request.AgentIdentity;
import dev.pointsman.core.request.ConditionalDecode;
import dev.pointsman.core.request.ModelRewrites;
import dev.pointsman.core.request.RequestHeaders;
import dev.pointsman.core.request.RequestSettings;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an engine does about requests around their scheduling. Immutable.
 *
 * @param rewrites which model a request runs on, or null for the one that it asks for
 * @param headers fills in objectives, or null to leave headers alone
 * @param conditional when to refuse what is not cached, or null for never
 */
public record RequestRules(
        @Nullable ModelRewrites rewrites,
        @Nullable RequestHeaders headers,
        @Nullable ConditionalDecode conditional) {
    /**
     * Makes the rules of some settings.
     *
     * @param plugins the scheduler's plugins, some of which may tell who asks
     */
    public static RequestRules of(RequestSettings settings, Collection<Plugin> plugins) {
        List<AgentIdentity> identities = plugins.stream()
                .filter(AgentIdentity.class::isInstance)
                .map(AgentIdentity.class::cast)
                .toList();
        return new RequestRules(
                settings.rewrites(),
                settings.objectives() == null ? null : new RequestHeaders(settings.objectives(), identities),
                settings.conditionalDecode());
    }

    /**
     * Refuses a conditional decode that could never find anything cached.
     *
     * @throws IllegalArgumentException if nobody, or not everybody who is asked, says what is cached
     */
    public void requireProducers(KeySpace keys) {
        if (conditional != null) {
            CachedOnly.requireProducers(conditional, keys);
        }
    }

    /** Returns the request as it is to be scheduled; the same one if nothing is to be done about it. */
    InferenceRequest prepare(InferenceRequest request, long seed) {
        InferenceRequest rewritten = rewrites == null ? request : rewrites.rewrite(request, seed);
        return headers == null ? rewritten : headers.read(rewritten);
    }
}
