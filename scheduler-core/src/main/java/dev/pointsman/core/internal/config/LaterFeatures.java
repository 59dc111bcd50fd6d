// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of llm-d's configuration that are not here yet, by the feature that they belong to. */
public final class LaterFeatures {
    private static final Map<String, String> FEATURE_BY_TYPE = new HashMap<>();

    static {
        put(
                "flow control",
                "utilization-detector",
                "concurrency-detector",
                "global-strict-fairness-policy",
                "round-robin-fairness-policy",
                "program-aware-fairness",
                "fcfs-ordering-policy",
                "edf-ordering-policy",
                "slo-deadline-ordering-policy",
                "static-usage-limit-policy",
                "priority-holdback-policy",
                "soft-reflective-ceiling-policy",
                "sheddable-eviction-filter",
                "priority-then-time-eviction-order-policy");
        put(
                "request parsing",
                "openai-parser",
                "anthropic-parser",
                "vllmhttp-parser",
                "sglanghttp-parser",
                "vllmgrpc-parser",
                "vertexai-parser",
                "passthrough-parser",
                "request-attribute-reporter");
        put("tokenizers", "token-producer", "tokenizer");
        put(
                "metric scraping",
                "metrics-data-source",
                "models-data-source",
                "dcgm-data-source",
                "multicluster-metrics-data-source",
                "endpoint-notification-source",
                "core-metrics-extractor",
                "models-data-extractor",
                "dcgm-extractor",
                "topology-extractor",
                "multicluster-metrics-extractor");
        put(
                "Kubernetes and file discovery",
                "k8s-notification-source",
                "file-discovery",
                "multicluster-file-discovery");
    }

    private LaterFeatures() {}

    private static void put(String feature, String... types) {
        List.of(types).forEach(type -> FEATURE_BY_TYPE.put(type, feature));
    }

    /** Returns all of these plugin types; unmodifiable. */
    public static Set<String> types() {
        return Collections.unmodifiableSet(FEATURE_BY_TYPE.keySet());
    }

    /** Returns the feature that a plugin type of llm-d belongs to, or null if it is none of these. */
    public static @Nullable String featureOf(String type) {
        return FEATURE_BY_TYPE.get(type);
    }
}
