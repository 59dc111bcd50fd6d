// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.Decider;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of {@code disagg-profile-handler}: objects of profiles and deciders by stage, or the flat names that llm-d had
 * before, and not both.
 */
final class DisaggParameters {
    private static final String STAGE_ORDER = "stageOrder";
    private static final String PROFILES = "profiles";
    private static final String DECIDERS = "deciders";
    private static final String DECODE = "decode";
    private static final String PREFILL = "prefill";
    private static final String ENCODE = "encode";

    /** From the time when there was no encode stage; the longer name wins over it. */
    private static final String FLAT_DECIDER = "deciderPluginName";

    private static final String FLAT_PREFILL_DECIDER = "prefillDeciderPluginName";
    private static final String FLAT_ENCODE_DECIDER = "encodeDeciderPluginName";

    private static final List<ParameterSpec> PROFILE_PARAMETERS = List.of(
            text(DECODE, DisaggProfileHandler.DECODE, "The profile that decodes."),
            text(PREFILL, DisaggProfileHandler.PREFILL, "The profile that prefills."),
            text(ENCODE, DisaggProfileHandler.ENCODE, "The profile that encodes."));
    private static final List<ParameterSpec> DECIDER_PARAMETERS = List.of(
            text(PREFILL, null, "The declared decider of prefill."),
            text(ENCODE, null, "The declared decider of encode."));
    private static final List<ParameterSpec> FLAT = List.of(
            text("decodeProfile", null, "Older form of profiles.decode."),
            text("prefillProfile", null, "Older form of profiles.prefill."),
            text("encodeProfile", null, "Older form of profiles.encode."),
            text(FLAT_PREFILL_DECIDER, null, "Older form of deciders.prefill."),
            text(FLAT_ENCODE_DECIDER, null, "Older form of deciders.encode."),
            text(FLAT_DECIDER, null, "Oldest form of deciders.prefill."));

    static final List<ParameterSpec> ALL = Stream.concat(
                    Stream.of(
                            text(
                                    STAGE_ORDER,
                                    "decode-first",
                                    "Which stage finds its endpoint first: decode-first or" + " prefill-first."),
                            optional(
                                            PROFILES,
                                            ParameterSpec.Type.OBJECT,
                                            null,
                                            "The names of the profiles: decode (decode), prefill (prefill), encode (encode).")
                                    .withFields(PROFILE_PARAMETERS),
                            optional(
                                            DECIDERS,
                                            ParameterSpec.Type.OBJECT,
                                            null,
                                            "The declared deciders that say whether a stage is separated: prefill, encode.")
                                    .withFields(DECIDER_PARAMETERS)),
                    FLAT.stream())
            .toList();

    private DisaggParameters() {}

    static DisaggProfileHandler handler(Parameters parameters, Semantics semantics) {
        DisaggProfileHandler.Builder builder =
                DisaggProfileHandler.builder().semantics(semantics).stageOrder(stageOrder(parameters));
        List<ParameterSpec> flat =
                FLAT.stream().filter(spec -> parameters.has(spec.name())).toList();
        if (flat.isEmpty()) {
            nested(parameters, builder);
        } else if (parameters.has(PROFILES) || parameters.has(DECIDERS)) {
            throw parameters.error(
                    flat.get(0).name(),
                    "must not stand beside " + PROFILES + " and " + DECIDERS,
                    "Maybe move it into them; flat names are the older form, and both at once could contradict each other.");
        } else {
            flat(parameters, builder);
        }
        return builder.build();
    }

    private static StageOrder stageOrder(Parameters parameters) {
        StageOrder order = StageOrder.of(parameters.string(STAGE_ORDER, ""));
        if (order == null) {
            throw parameters.error(
                    STAGE_ORDER,
                    "must be decode-first or prefill-first",
                    "Maybe leave it out; decode comes first then.");
        }
        return order;
    }

    private static void nested(Parameters parameters, DisaggProfileHandler.Builder builder) {
        Parameters profiles = parameters.object(PROFILES);
        Parameters deciders = parameters.object(DECIDERS);
        builder.decodeProfile(name(profiles, DECODE, DisaggProfileHandler.DECODE))
                .prefillProfile(name(profiles, PREFILL, DisaggProfileHandler.PREFILL))
                .encodeProfile(name(profiles, ENCODE, DisaggProfileHandler.ENCODE))
                .prefillDecider(decider(deciders, PREFILL))
                .encodeDecider(decider(deciders, ENCODE));
    }

    private static void flat(Parameters parameters, DisaggProfileHandler.Builder builder) {
        Decider prefill = decider(parameters, FLAT_PREFILL_DECIDER);
        builder.decodeProfile(name(parameters, "decodeProfile", DisaggProfileHandler.DECODE))
                .prefillProfile(name(parameters, "prefillProfile", DisaggProfileHandler.PREFILL))
                .encodeProfile(name(parameters, "encodeProfile", DisaggProfileHandler.ENCODE))
                .prefillDecider(prefill != null ? prefill : decider(parameters, FLAT_DECIDER))
                .encodeDecider(decider(parameters, FLAT_ENCODE_DECIDER));
    }

    /** An empty name is as good as none, as in llm-d. */
    private static String name(Parameters parameters, String name, String fallback) {
        String given = parameters.string(name, fallback);
        return given.isBlank() ? fallback : given;
    }

    private static @Nullable Decider decider(Parameters parameters, String name) {
        return parameters.string(name, "").isBlank() ? null : parameters.plugin(name, Decider.class);
    }

    private static ParameterSpec text(String name, @Nullable String defaultValue, String description) {
        return optional(name, ParameterSpec.Type.STRING, defaultValue, description);
    }
}
