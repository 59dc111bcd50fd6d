// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

/**
 * Something in a configuration that is allowed and probably not meant.
 *
 * @param rule which rule found it
 * @param line from 1, or 0 if it is about the whole
 * @param path where, such as {@code schedulingProfiles[0].plugins[2]}; empty for the whole
 * @param message what was found and what to try
 */
public record Finding(Rule rule, int line, String path, String message) {
    /** What is looked for. */
    public enum Rule {
        /** A scorer that cannot change any decision. */
        DEAD_SCORER,
        /** A scorer whose weight is so small beside the others' that it only breaks ties. */
        DOMINATED_SCORER,
        /** A filter or scorer that does what another one of the profile does. */
        REPEATED_PLUGIN,
        /** A plugin that nothing uses. */
        UNUSED_PLUGIN,
        /** A plugin in a profile where it does nothing. */
        MISPLACED_PLUGIN,
        /** A profile that its handler never runs. */
        PROFILE_NEVER_RUN,
        /** A profile in which nothing tells endpoints apart. */
        RANDOM_CHOICE,
        /** A profile that names no picker where several are declared. */
        AMBIGUOUS_PICKER,
        /** A stage of a disaggregated request that may run on an endpoint of any role. */
        ANY_ROLE,
        /** A plugin that reads a producer's data where another such producer was declared. */
        OTHER_PRODUCER,
        /** A prefix match that ends before prompts do. */
        MATCH_CAP_BELOW_CONTEXT,
        /** A prefix history that one long prompt pushes out. */
        HISTORY_BELOW_CONTEXT,
        /** Metrics that are old before the next ones come. */
        POLLED_TOO_SELDOM,
        /** A part of the file that has no effect. */
        IGNORED_SECTION,
        /** An older name of something that has a newer one. */
        DEPRECATED_NAME
    }

    @Override
    public String toString() {
        return (line > 0 ? "line " + line + ": " : "") + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
