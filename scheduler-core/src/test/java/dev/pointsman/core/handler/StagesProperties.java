// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Which stages run and which are in the decision, against a plain reading of the rules, for all fleets and deciders. */
class StagesProperties {
    @Property(tries = 400)
    void stages_runAndCountAsTheRulesSay(
            @ForAll StageOrder order,
            @ForAll Semantics semantics,
            @ForAll Set<Stage> declared,
            @ForAll Set<Stage> served,
            @ForAll boolean prefillApart,
            @ForAll boolean encodeApart) {
        Fleet fleet = Fleet.of(
                Endpoint.builder("other", "10.0.0.9:8000").role(Role.UNKNOWN).build());
        served.forEach(stage -> fleet.join(Endpoint.builder(stage.profile, "10.0.0." + stage.ordinal() + ":8000")
                .role(Role.ofLabel(stage.profile))
                .build()));
        Set<Stage> profiles = new TreeSet<>(declared);
        if (semantics == Semantics.CORRECTED) {
            profiles.addAll(List.of(Stage.values()));
        }
        DisaggProfileHandler.Builder handler = DisaggProfileHandler.builder()
                .stageOrder(order)
                .semantics(semantics)
                .encodeDecider((cycle, decode) -> encodeApart);
        if (order == StageOrder.DECODE_FIRST) {
            handler.prefillDecider((cycle, decode) -> prefillApart);
        }
        Pointsman.Builder builder = Pointsman.builder(fleet)
                .profile(Profile.builder("unused").build())
                .profileHandler(PluginRef.instance("stages", handler.build()));
        profiles.forEach(stage -> builder.profile(
                Profile.builder(stage.profile).filter(stage.profile + "-filter").build()));

        Evaluation evaluation = builder.build().evaluate(TestRequests.tokens(10));

        List<String> wanted = run(order, profiles, served, prefillApart, encodeApart);
        assertThat(evaluation.explanation().profiles())
                .extracting(ProfileExplanation::profile)
                .isEqualTo(wanted);
        boolean decodes = wanted.contains("decode") && served.contains(Stage.DECODE);
        SchedulingDecision decision = evaluation.decision();
        assertThat(decision != null).isEqualTo(decodes);
        if (decision != null) {
            assertThat(decision.endpoint().id()).isEqualTo("decode");
            List<String> others = Stream.of(Stage.PREFILL, Stage.ENCODE)
                    .filter(stage -> wanted.contains(stage.profile) && served.contains(stage))
                    .map(stage -> stage.profile)
                    .toList();
            assertThat(decision.otherLegs()).extracting(Leg::profile).isEqualTo(others);
            assertThat(decision.headers())
                    .containsOnly(
                            Map.entry("x-prefiller-host-port", others.contains("prefill") ? "10.0.0.1:8000" : ""),
                            Map.entry("x-encoder-hosts-ports", others.contains("encode") ? "10.0.0.2:8000" : ""));
        }
    }

    private static List<String> run(
            StageOrder order, Set<Stage> profiles, Set<Stage> served, boolean prefillApart, boolean encodeApart) {
        List<String> run = new ArrayList<>();
        boolean encodes = profiles.contains(Stage.ENCODE) && encodeApart;
        if (order == StageOrder.DECODE_FIRST) {
            boolean declared = profiles.contains(Stage.DECODE);
            boolean goesOn = declared && served.contains(Stage.DECODE);
            add(run, "decode", declared);
            add(run, "encode", goesOn && encodes);
            add(run, "prefill", goesOn && profiles.contains(Stage.PREFILL) && prefillApart);
        } else {
            add(run, "prefill", profiles.contains(Stage.PREFILL));
            add(run, "encode", encodes);
            add(run, "decode", profiles.contains(Stage.DECODE));
        }
        return run;
    }

    private static void add(List<String> run, String stage, boolean runs) {
        if (runs) {
            run.add(stage);
        }
    }

    /** A stage, whose profile and role go by its name. */
    enum Stage {
        DECODE,
        PREFILL,
        ENCODE;

        final String profile = name().toLowerCase(Locale.ROOT);
    }
}
