// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.core.EndpointPickerConfig;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.fleet.Fleet;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cases of features that come later. They are skipped, but not in silence: a configuration that asks for such a plugin must be
 * refused with an error that names the feature, and that name is what is reported.
 */
final class LaterCases implements CaseGroup {
    private static final Map<String, String> FEATURE_OF_KIND = Map.of(
            "saturation", "flow control",
            "usage-limit", "flow control",
            "ordering", "flow control",
            "fairness", "flow control",
            "eviction", "flow control",
            "eviction-ordering", "flow control",
            "eviction-filter", "flow control",
            "admission", "flow control",
            "tokenizer", "tokenizers");

    private static final Pattern REFUSAL =
            Pattern.compile(" belongs to (.+), which is not read from a configuration yet");

    @Override
    public boolean takes(Case one) {
        return FEATURE_OF_KIND.containsKey(kind(one)) || !refusal(one).isEmpty();
    }

    @Override
    public void run(Case one) {
        String feature = FEATURE_OF_KIND.getOrDefault(kind(one), "");
        String refused = refusal(one);
        String later = refused.isEmpty() ? feature : refused;
        if (!feature.isEmpty() && !refused.isEmpty() && !refused.equals(feature)) {
            throw new Mismatch(one.path() + ": is about " + feature + ", and the error names " + refused);
        }
        throw new Skipped(later + " is a later feature");
    }

    private static String kind(Case one) {
        return one.has("kind") ? one.text("kind") : "";
    }

    /** Returns the feature that the loader says a plugin type belongs to; empty if it does not refuse the type so. */
    private static String refusal(Case one) {
        String type = one.text("plugin", "");
        if (type == null || type.isEmpty()) {
            return "";
        }
        String text =
                "{\"apiVersion\": \"llm-d.ai/v1alpha1\", \"kind\": \"EndpointPickerConfig\", \"plugins\": [{\"type\": "
                        + JsonTree.write(type) + "}]}";
        try {
            Pointsman.builder(Fleet.create())
                    .configuration(EndpointPickerConfig.parse("case", text))
                    .build()
                    .close();
            return "";
        } catch (ConfigurationException e) {
            Matcher refusal = REFUSAL.matcher(String.valueOf(e.getMessage()));
            return refusal.find() ? refusal.group(1) : "";
        }
    }
}
