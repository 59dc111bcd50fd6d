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
        /** A scorer that says what another one of the profile says. */
        REPEATED_SCORER,
        /** A plugin that nothing uses. */
        UNUSED_PLUGIN,
        /** A plugin in a profile where it does nothing. */
        MISPLACED_PLUGIN,
        /** A profile that its handler never runs. */
        PROFILE_NEVER_RUN,
        /** A prefix match that ends before prompts do. */
        MATCH_CAP_BELOW_CONTEXT
    }

    @Override
    public String toString() {
        return (line > 0 ? "line " + line + ": " : "") + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
