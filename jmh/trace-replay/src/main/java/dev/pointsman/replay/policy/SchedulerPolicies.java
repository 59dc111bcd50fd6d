// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.profile.ShippedProfiles;
import java.util.List;

/**
 * Makes policies of the real scheduler: of a shipped profile, of a profile of one's own, or of scorers and weights written
 * in one line. Immutable and thread-safe.
 */
public final class SchedulerPolicies {
    /** Before the name of a shipped profile that a fixed policy also has, as in {@code profile:random}. */
    public static final String PROFILE_PREFIX = "profile:";

    private final SchedulerOptions options;

    /** Makes policies that run the scheduler in one way. */
    public SchedulerPolicies(SchedulerOptions options) {
        this.options = requireNonNull(options, "options");
    }

    /** Returns a policy for every shipped profile, under the profile's name; unmodifiable. */
    public List<RoutingPolicy> shipped() {
        return ShippedProfiles.names().stream().map(name -> shipped(name, name)).toList();
    }

    /**
     * Tells whether a name is not one of a catalog but says what to build: {@code profile:NAME}, or scorers with weights
     * such as {@code prefix-cache-scorer:3,my-scorer:1}.
     */
    public static boolean isInline(String name) {
        return name.indexOf(':') >= 0;
    }

    /**
     * Makes what an {@linkplain #isInline inline} name says.
     *
     * @throws IllegalArgumentException if it is malformed, or a profile or plugin type is unknown
     */
    public RoutingPolicy inline(String text) {
        if (text.startsWith(PROFILE_PREFIX)) {
            String name = text.substring(PROFILE_PREFIX.length());
            if (!ShippedProfiles.names().contains(name)) {
                throw ParameterException.unknown("policy", "shipped profile", name, ShippedProfiles.names());
            }
            return shipped(text, name);
        }
        Profile.Builder profile = Profile.builder("inline");
        for (String part : text.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            if (colon < 1) {
                throw malformed(text, part);
            }
            try {
                profile.scorer(part.substring(0, colon), Double.parseDouble(part.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw malformed(text, part);
            }
        }
        return of(text, "The scheduler with these scorers and weights.", profile.build());
    }

    /**
     * Makes a policy of a profile.
     *
     * @param name what to call it
     * @param description one sentence on what it does
     * @throws IllegalArgumentException if the profile names an unknown plugin type, or a parameter is wrong
     */
    public RoutingPolicy of(String name, String description, Profile profile) {
        // A mistake should be found before a trace is read, so the scheduler is built once for nothing.
        Pointsman.Builder trial = Pointsman.builder(Fleet.create()).profile(profile);
        if (options.plugins() != null) {
            trial.discoverPlugins(options.plugins());
        }
        trial.build().close();
        return untried(name, description, profile);
    }

    private RoutingPolicy shipped(String name, String profile) {
        return untried(
                name,
                "The scheduler with its shipped profile " + profile + ".",
                requireNonNull(ShippedProfiles.find(profile), profile));
    }

    private RoutingPolicy untried(String name, String description, Profile profile) {
        return new RoutingPolicy(
                name, description, false, surroundings -> new SchedulerPolicy(name, profile, options, surroundings));
    }

    private static IllegalArgumentException malformed(String text, String part) {
        return new IllegalArgumentException(
                "policy \"" + text + "\": must be scorer-type:weight,scorer-type:weight, but has \"" + part
                        + "\".\nMaybe write prefix-cache-scorer:3,token-load-scorer:1.");
    }
}
