// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The policies that a replay of stages knows by name. All but {@code joint} choose endpoints alike, by the scorers of the default
 * profile, and differ in what decides whether a prefill is separated; {@code joint} chooses all legs together.
 */
public final class StagePolicies {
    /** Never separates a prefill. */
    public static final String LOCAL = "local";
    /** Separates every prefill. */
    public static final String REMOTE = "remote";
    /** Separates a prefill if 16 tokens or more are not cached where it decodes, as llm-d's shipped configuration does. */
    public static final String N16 = "n16";
    /** Dynamo's rule: stays with fewer than 2,048 tokens to read that are under 0.7 of the prompt. */
    public static final String ISL = "isl";
    /** Our handler, which chooses the legs together by predicted time; without pulls from peers, which the replay does not have. */
    public static final String JOINT = "joint";

    private static final String JOINT_TYPE = "joint-disagg-profile-handler";

    private static final String SCORERS = scorers(
            "prefix-cache-scorer",
            4,
            "tokens",
            8,
            "active-request-scorer",
            1,
            "queue-scorer",
            1,
            "kv-cache-utilization-scorer",
            1);

    private static final Map<String, StagePolicy> POLICIES = new LinkedHashMap<>();

    static {
        add(LOCAL, "");
        add(REMOTE, "- type: always-disagg-pd-decider\n");
        add(N16, "- type: prefix-based-pd-decider\n  parameters:\n    nonCachedTokens: 16\n");
        add(ISL, "- type: dynamo-conditional-disagg-decider\n");
        POLICIES.put(
                JOINT,
                new StagePolicy(
                        JOINT, configuration("- type: " + JOINT_TYPE + "\n  parameters:\n    peerPull: false\n")));
    }

    private StagePolicies() {}

    private static String scorers(Object... namesAndWeights) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndWeights.length; i += 2) {
            text.append("  - pluginRef: ").append(namesAndWeights[i]).append('\n');
            text.append("    weight: ").append(namesAndWeights[i + 1]).append('\n');
        }
        return text.toString();
    }

    private static void add(String name, String decider) {
        String handler = "- type: disagg-profile-handler\n";
        if (!decider.isEmpty()) {
            String type = decider.lines().findFirst().orElse("").replace("- type: ", "");
            handler += "  parameters:\n    deciders:\n      prefill: " + type + "\n";
        }
        POLICIES.put(name, new StagePolicy(name, configuration(decider + handler)));
    }

    private static String configuration(String handlers) {
        return "apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\npointsman:\n  semantics: corrected\nplugins:\n"
                + handlers
                + """
                - type: decode-filter
                - type: prefill-filter
                - type: prefix-cache-scorer
                - type: token-load-scorer
                  name: tokens
                  parameters:
                    queueThresholdTokens: 32768
                - type: active-request-scorer
                - type: queue-scorer
                - type: kv-cache-utilization-scorer
                schedulingProfiles:
                - name: decode
                  plugins:
                  - pluginRef: decode-filter
                """
                + SCORERS
                + """
                - name: prefill
                  plugins:
                  - pluginRef: prefill-filter
                """
                + SCORERS;
    }

    /** Returns the names, the fixed rules first. */
    public static List<String> names() {
        return List.copyOf(POLICIES.keySet());
    }

    /**
     * Returns a policy.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static StagePolicy find(String name) {
        StagePolicy policy = POLICIES.get(name);
        if (policy == null) {
            throw new IllegalArgumentException("policy: must be one of " + POLICIES.keySet() + ", but was \"" + name
                    + "\".\nMaybe a file with a configuration was meant.");
        }
        return policy;
    }
}
