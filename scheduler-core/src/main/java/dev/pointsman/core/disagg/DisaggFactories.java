// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.DURATION;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.latency.PredictedLatency;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The built-in plugins that plan split requests, by type name, for the engine to register. */
public final class DisaggFactories {
    private static final String DECODE = "decodeProfile";
    private static final String PREFILL = "prefillProfile";
    private static final String ENCODE = "encodeProfile";
    private static final String LATENCY_PRODUCER = "latencyPredictionInfoProducerName";
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final String PER_ROLE = "endpointsPerRole";
    private static final String INTERFERENCE = "interferenceWeight";
    private static final String BACKLOG = "backlogWeight";
    private static final String SWITCH_GAIN = "switchGain";
    private static final String SWITCH_SHARE = "switchShare";
    private static final String REQUIRED = "requiredTopology";
    private static final String LINK_SETUP = "linkSetup";
    private static final String TIER_RATE = "lowerTierGigabytesPerSecond";
    private static final String TIER_SETUP = "lowerTierSetup";
    private static final String TIER_WEIGHT = "lowerTierWeight";
    private static final String PEER_PULL = "peerPull";
    private static final String ENCODE_MICROS = "encodeMicrosPerToken";
    private static final String REVISION_LABEL = "revisionLabel";

    private static final double MOST = 1e6;
    private static final Duration MOST_TIME = Duration.ofHours(1);
    private static final String BELOW_ONE = Double.toString(Math.nextDown(1.0));

    private static final List<ParameterSpec> PARAMETERS = List.of(
            text(DECODE, "decode", "The profile that decodes."),
            text(PREFILL, "prefill", "The profile that prefills."),
            text(ENCODE, "encode", "The profile that encodes."),
            optional(
                            PER_ROLE,
                            INTEGER,
                            "" + JointDisaggHandler.Builder.DEFAULT_PER_ROLE,
                            "How many endpoints of each role are compared.")
                    .between(1, Integer.MAX_VALUE),
            number(
                    INTERFERENCE,
                    JointDisaggHandler.Builder.DEFAULT_INTERFERENCE,
                    MOST,
                    "What a second counts that running requests lose."),
            number(
                    BACKLOG,
                    JointDisaggHandler.Builder.DEFAULT_BACKLOG,
                    MOST,
                    "What a second counts that later requests are delayed by."),
            optional(SWITCH_GAIN, DURATION, "5ms", "The least gain for which to switch between local and remote."),
            number(
                    SWITCH_SHARE,
                    JointDisaggHandler.Builder.DEFAULT_SWITCH_SHARE,
                    Double.parseDouble(BELOW_ONE),
                    "The least gain for that, as a share of the score."),
            text(REQUIRED, Distance.OTHER.label(), "How far apart prefill and decode may be: host, rack or other."),
            rate(Distance.HOST, "endpoints of one host"),
            rate(Distance.RACK, "endpoints of one rack"),
            rate(Distance.OTHER, "all other endpoints"),
            optional(LINK_SETUP, DURATION, "1ms", "What it takes before KV flows over links whose speed is given."),
            optional(TIER_RATE, NUMBER, null, "GB/s that a lower tier gives; 0 for none, the catalog's if left out.")
                    .between(0, MOST),
            optional(TIER_SETUP, DURATION, "100us", "What it takes before KV flows from a lower tier so given."),
            number(
                    TIER_WEIGHT,
                    JointDisaggHandler.Builder.DEFAULT_TIER_WEIGHT,
                    Double.parseDouble(BELOW_ONE),
                    "What a block in a lower tier counts in weighted matches."),
            optional(PEER_PULL, BOOLEAN, "true", "Whether KV may be pulled from an endpoint of the same role."),
            number(
                    ENCODE_MICROS,
                    JointDisaggHandler.Builder.DEFAULT_ENCODE_MICROS,
                    MOST,
                    "Microseconds that encoding takes for a token of an image or the like."),
            text(
                    REVISION_LABEL,
                    JointDisaggHandler.Builder.DEFAULT_REVISION_LABEL,
                    "The label in which prefill and decode must not differ."),
            text(LATENCY_PRODUCER, PredictedLatency.PRODUCER, "The producer of predicted times."),
            text(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER, "The producer of prefix matches."));

    private static final List<PluginFactory> ALL = List.of(new BuiltInFactory(
            JointDisaggHandler.TYPE,
            Set.of(),
            "Chooses encode, prefill and decode endpoints and the source of KV together, by predicted time and cost.",
            PARAMETERS,
            DisaggFactories::joint));

    private DisaggFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds; llm-d has no such types, so both are the same
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return ALL;
    }

    private static JointDisaggHandler joint(String name, Parameters parameters) {
        JointDisaggHandler.Builder builder = JointDisaggHandler.builder()
                .name(name)
                .decodeProfile(parameters.string(DECODE, "decode"))
                .prefillProfile(parameters.string(PREFILL, "prefill"))
                .encodeProfile(parameters.string(ENCODE, "encode"))
                .latencyProducer(parameters.string(LATENCY_PRODUCER, PredictedLatency.PRODUCER))
                .prefixProducer(parameters.string(PREFIX_PRODUCER, PrefixMatch.DEFAULT_PRODUCER))
                .perRole((int)
                        parameters.integer(PER_ROLE, JointDisaggHandler.Builder.DEFAULT_PER_ROLE, 1, Integer.MAX_VALUE))
                .interferenceWeight(
                        parameters.number(INTERFERENCE, JointDisaggHandler.Builder.DEFAULT_INTERFERENCE, 0, MOST))
                .backlogWeight(parameters.number(BACKLOG, JointDisaggHandler.Builder.DEFAULT_BACKLOG, 0, MOST))
                .switchFor(
                        parameters.duration(
                                SWITCH_GAIN, JointDisaggHandler.Builder.DEFAULT_SWITCH_GAIN, Duration.ZERO, MOST_TIME),
                        parameters.number(
                                SWITCH_SHARE, JointDisaggHandler.Builder.DEFAULT_SWITCH_SHARE, 0, Math.nextDown(1.0)))
                .requiredTopology(required(parameters))
                .lowerTierWeight(parameters.number(
                        TIER_WEIGHT, JointDisaggHandler.Builder.DEFAULT_TIER_WEIGHT, 0, Math.nextDown(1.0)))
                .peerPull(parameters.flag(PEER_PULL, true))
                .encodeMicrosPerToken(
                        parameters.number(ENCODE_MICROS, JointDisaggHandler.Builder.DEFAULT_ENCODE_MICROS, 0, MOST))
                .revisionLabel(parameters.string(REVISION_LABEL, JointDisaggHandler.Builder.DEFAULT_REVISION_LABEL));
        Duration setup = parameters.duration(LINK_SETUP, Duration.ofMillis(1), Duration.ZERO, MOST_TIME);
        for (Distance distance : Distance.values()) {
            if (parameters.has(rateName(distance))) {
                builder.link(distance, KvLink.of(setup, parameters.requiredNumber(rateName(distance), 0, MOST)));
            }
        }
        Duration tierSetup = parameters.duration(TIER_SETUP, Duration.ofNanos(100_000), Duration.ZERO, MOST_TIME);
        if (parameters.has(TIER_RATE)) {
            builder.lowerTier(KvLink.of(tierSetup, parameters.requiredNumber(TIER_RATE, 0, MOST)));
        }
        return builder.build();
    }

    private static Distance required(Parameters parameters) {
        String text = parameters.string(REQUIRED, Distance.OTHER.label());
        for (Distance distance : Distance.values()) {
            if (distance.label().equals(text)) {
                return distance;
            }
        }
        throw parameters.error(
                REQUIRED, "must be host, rack or other", "Maybe leave it out; endpoints may be anywhere then.");
    }

    private static String rateName(Distance distance) {
        return distance.label() + "GigabytesPerSecond";
    }

    private static ParameterSpec rate(Distance distance, String who) {
        return optional(
                        rateName(distance),
                        NUMBER,
                        null,
                        "GB/s that KV reaches between " + who + "; 0 for none, the catalog's if left out.")
                .between(0, MOST);
    }

    private static ParameterSpec text(String name, String fallback, String description) {
        return optional(name, STRING, fallback, description);
    }

    private static ParameterSpec number(String name, double fallback, double maximum, String description) {
        return optional(name, NUMBER, Double.toString(fallback), description).between(0, maximum);
    }
}
