// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static dev.pointsman.core.Fixtures.dispatched;
import static dev.pointsman.core.Fixtures.explained;
import static dev.pointsman.core.Fixtures.explanation;
import static dev.pointsman.core.Fixtures.refused;
import static dev.pointsman.core.Fixtures.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.Pointsman;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.AlwaysDisaggMultimodalDecider;
import dev.pointsman.core.decider.AlwaysDisaggPdDecider;
import dev.pointsman.core.decider.PrefixBasedPdDecider;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.TestRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A request split into stages, in a scheduler built in code over a fleet with roles. */
class StagedRequestTest {
    private static final String PREFILLER = "x-prefiller-host-port";
    private static final String ENCODERS = "x-encoder-hosts-ports";

    private final List<String> peersSeen = new ArrayList<>();

    private static Endpoint endpoint(String id, String host, Role role) {
        return Endpoint.builder(id, host + ":8000").role(role).build();
    }

    private static Fleet fleet() {
        return Fleet.of(
                endpoint("decode", "10.0.0.1", Role.DECODE),
                endpoint("prefill", "10.0.0.2", Role.PREFILL),
                endpoint("encode-1", "10.0.0.3", Role.ENCODE),
                endpoint("encode-2", "10.0.0.4", Role.ENCODE));
    }

    private static DisaggProfileHandler.Builder allStages() {
        return DisaggProfileHandler.builder()
                .prefillDecider(new AlwaysDisaggPdDecider())
                .encodeDecider(new AlwaysDisaggMultimodalDecider());
    }

    /** Takes down, for each profile that runs, where it is told that the stage before it runs. */
    private PluginRef seesPeer(String profile) {
        return PluginRef.instance("sees-peer-" + profile, new Filter() {
            @Override
            public Set<DataKey> consumesIfPresent() {
                return Set.of(Peer.ENDPOINT);
            }

            @Override
            public void filter(SchedulingCycle cycle, CandidateSet candidates) {
                Endpoint peer = cycle.attribute(Peer.ENDPOINT);
                peersSeen.add(profile + " sees " + (peer == null ? "nobody" : peer.id()));
            }
        });
    }

    private Pointsman scheduler(Fleet fleet, DisaggProfileHandler.Builder handler) {
        Pointsman.Builder builder = Pointsman.builder(fleet);
        for (String stage : List.of("decode", "prefill", "encode")) {
            builder.profile(Profile.builder(stage)
                    .filter(stage + "-filter")
                    .filter(seesPeer(stage))
                    .scorer("prefix-cache-scorer", 1)
                    .build());
        }
        return builder.profileHandler(PluginRef.instance("stages", handler.build()))
                .build();
    }

    private static InferenceRequest picture(String id) {
        return TestRequests.builder(id)
                .tokens(new int[1000])
                .multimodalItems(List.of(new MultimodalItem("cat", 0, 225)))
                .build();
    }

    private static List<String> legs(SchedulingDecision decision) {
        List<String> legs = new ArrayList<>();
        legs.add(decision.primary().profile() + " on " + decision.endpoint().id());
        for (Leg leg : decision.otherLegs()) {
            legs.add(leg.profile() + " on " + leg.target().endpoint().id());
        }
        return legs;
    }

    private static List<String> profilesRun(Dispatch dispatch) {
        return explanation(dispatch).profiles().stream()
                .map(ProfileExplanation::profile)
                .toList();
    }

    @Test
    void longPrompt_isPrefilledElsewhere_andTheSameAgainStaysWithTheDecode() {
        Pointsman pointsman =
                scheduler(fleet(), DisaggProfileHandler.builder().prefillDecider(new PrefixBasedPdDecider(512)));
        InferenceRequest first =
                TestRequests.builder("first").tokens(new int[4096]).build();
        InferenceRequest again =
                TestRequests.builder("again").tokens(new int[4096]).build();

        Dispatch cold = dispatched(pointsman, first);
        cold.completed(new Usage(4096, 10, 0));
        Dispatch warm = explained(pointsman, again);

        assertThat(legs(cold.decision())).containsExactly("decode on decode", "prefill on prefill");
        assertThat(cold.decision().headers()).containsEntry(PREFILLER, "10.0.0.2:8000");
        assertThat(legs(warm.decision())).containsExactly("decode on decode");
        assertThat(warm.decision().headers()).containsEntry(PREFILLER, "");
        assertThat(explanation(warm).notes())
                .contains("profile handler stages: 0 of 4096 tokens are not cached on decode, so prefill stays there");
    }

    @Test
    void decodeFirst_runsDecodeThenEncodeThenPrefill_eachNearTheDecode() {
        Dispatch dispatch = explained(scheduler(fleet(), allStages()), picture("r"));

        assertThat(profilesRun(dispatch)).containsExactly("decode", "encode", "prefill");
        assertThat(peersSeen).containsExactly("decode sees nobody", "encode sees decode", "prefill sees decode");
        assertThat(dispatch.decision().primary().profile()).isEqualTo("decode");
        assertThat(dispatch.decision().otherLegs()).extracting(Leg::profile).containsExactly("prefill", "encode");
    }

    @Test
    void prefillFirst_runsPrefillThenEncodeThenDecode_eachNearThePrefill() {
        Pointsman pointsman = scheduler(
                fleet(),
                DisaggProfileHandler.builder()
                        .stageOrder(StageOrder.PREFILL_FIRST)
                        .encodeDecider(new AlwaysDisaggMultimodalDecider()));

        Dispatch dispatch = explained(pointsman, picture("r"));

        assertThat(profilesRun(dispatch)).containsExactly("prefill", "encode", "decode");
        assertThat(peersSeen).containsExactly("prefill sees nobody", "encode sees prefill", "decode sees prefill");
        assertThat(dispatch.decision().endpoint().id()).isEqualTo("decode");
        assertThat(dispatch.decision().headers()).containsEntry(PREFILLER, "10.0.0.2:8000");
    }

    @Test
    void asInLlmd_encodeIsToldOfNobody() {
        dispatched(scheduler(fleet(), allStages().semantics(Semantics.LLM_D)), picture("r"));

        assertThat(peersSeen).containsExactly("decode sees nobody", "encode sees nobody", "prefill sees decode");
    }

    @Test
    void encoders_areAllNamed_bestFirst() {
        SchedulingDecision decision =
                dispatched(scheduler(fleet(), allStages()), picture("r")).decision();

        Leg encode = decision.otherLegs().get(1);
        assertThat(encode.fallbacks()).hasSize(1);
        assertThat(decision.headers().get(ENCODERS))
                .isEqualTo(encode.target().endpoint().address() + ","
                        + encode.fallbacks().get(0).endpoint().address());
    }

    @Test
    void textOnly_isNotEncoded_andWhatAClientWroteIsRemoved() {
        Dispatch dispatch = explained(scheduler(fleet(), allStages()), TestRequests.tokens(100));

        assertThat(profilesRun(dispatch)).containsExactly("decode", "prefill");
        assertThat(dispatch.decision().headers())
                .containsOnlyKeys(PREFILLER, ENCODERS)
                .containsEntry(ENCODERS, "");
    }

    @Test
    void noDeciders_isDecodeOnly() {
        Dispatch dispatch = explained(scheduler(fleet(), DisaggProfileHandler.builder()), picture("r"));

        assertThat(profilesRun(dispatch)).containsExactly("decode");
        assertThat(dispatch.decision().headers()).containsEntry(PREFILLER, "").containsEntry(ENCODERS, "");
    }

    @Test
    void stageThatFindsNothing_staysWithTheDecode_andTheExplanationSaysSo() {
        Fleet fleet = Fleet.of(endpoint("decode", "10.0.0.1", Role.DECODE));

        Dispatch dispatch = explained(scheduler(fleet, allStages()), picture("r"));

        assertThat(profilesRun(dispatch)).containsExactly("decode", "encode", "prefill");
        assertThat(legs(dispatch.decision())).containsExactly("decode on decode");
        assertThat(dispatch.decision().headers()).containsEntry(PREFILLER, "").containsEntry(ENCODERS, "");
        assertThat(explanation(dispatch).notes())
                .filteredOn(note -> note.contains("stays with decode"))
                .satisfiesExactly(
                        note -> assertThat(note).startsWith("profile handler stages: encode stays with decode: "),
                        note -> assertThat(note).startsWith("profile handler stages: prefill stays with decode: "));
    }

    @Test
    void prefillFirst_prefillThatFindsNothing_isPassedOver() {
        Fleet fleet = Fleet.of(endpoint("decode", "10.0.0.1", Role.DECODE));
        Pointsman pointsman = scheduler(fleet, DisaggProfileHandler.builder().stageOrder(StageOrder.PREFILL_FIRST));

        Dispatch dispatch = explained(pointsman, TestRequests.tokens(100));

        assertThat(profilesRun(dispatch)).containsExactly("prefill", "decode");
        assertThat(peersSeen).endsWith("decode sees nobody");
        assertThat(legs(dispatch.decision())).containsExactly("decode on decode");
    }

    @Test
    void nowhereToDecode_isRefusedAsTheProfileWas_andNothingStaysReserved() {
        Fleet fleet = Fleet.of(endpoint("prefill", "10.0.0.2", Role.PREFILL));

        Rejection decodeFirst = rejected(scheduler(fleet, allStages()), picture("r"));
        Pointsman prefillFirst = scheduler(fleet, DisaggProfileHandler.builder().stageOrder(StageOrder.PREFILL_FIRST));
        Rejection late = rejected(prefillFirst, picture("r"));

        assertThat(decodeFirst.reason()).isEqualTo(Rejection.Reason.FILTERED_OUT);
        assertThat(decodeFirst.reason().httpStatus()).isEqualTo(429);
        assertThat(decodeFirst.plugin()).isEqualTo("decode-filter");
        assertThat(decodeFirst.detail()).startsWith("found no endpoint to decode on: ");
        assertThat(late).isEqualTo(decodeFirst);
        assertThat(prefillFirst.requestsInFlight("prefill")).isZero();
    }

    @Test
    void deciderThatThrows_refusesTheRequest() {
        Pointsman pointsman = scheduler(fleet(), DisaggProfileHandler.builder().prefillDecider((cycle, decode) -> {
            throw new IllegalStateException("decider");
        }));

        Rejection rejection = rejected(pointsman, TestRequests.tokens(100));

        assertThat(rejection.reason()).isEqualTo(Rejection.Reason.NO_DECISION);
        assertThat(pointsman.failures("stages")).isOne();
        assertThat(pointsman.requestsInFlight("decode")).isZero();
    }

    @Test
    void deciderOfOneLine_willDo() {
        Pointsman pointsman = scheduler(
                fleet(),
                DisaggProfileHandler.builder()
                        .prefillDecider(
                                (cycle, decode) -> cycle.request().prompt().tokenCount() > 4096));

        assertThat(legs(dispatched(pointsman, TestRequests.tokens(4096)).decision()))
                .hasSize(1);
        assertThat(legs(dispatched(pointsman, TestRequests.tokens(4097)).decision()))
                .hasSize(2);
    }

    @Test
    void profilesOfOtherNames_areTheHostsToChoose() {
        Pointsman pointsman = Pointsman.builder(fleet())
                .profile(Profile.builder("answer").filter("decode-filter").build())
                .profile(Profile.builder("read").filter("prefill-filter").build())
                .profileHandler(PluginRef.instance(
                        "stages",
                        DisaggProfileHandler.builder()
                                .decodeProfile("answer")
                                .prefillProfile("read")
                                .prefillDecider(new AlwaysDisaggPdDecider())
                                .build()))
                .build();

        assertThat(legs(dispatched(pointsman, TestRequests.tokens(1)).decision()))
                .containsExactly("answer on decode", "read on prefill");
    }

    @Test
    void profilesThatAreMissing_areRefusedWhenTheSchedulerIsBuilt() {
        DisaggProfileHandler handler = allStages().build();
        Pointsman.Builder noDecode = Pointsman.builder(fleet())
                .profile(Profile.builder("prefill").build())
                .profileHandler(PluginRef.instance("stages", handler));
        Pointsman.Builder noEncode = Pointsman.builder(fleet())
                .profile(Profile.builder("decode").build())
                .profile(Profile.builder("prefill").build())
                .profileHandler(PluginRef.instance("stages", handler));

        refused(noDecode)
                .hasMessage(
                        "profile handler: needs a profile decode, since every request is decoded, but there are only"
                                + " [prefill].\nMaybe it goes by another name, which the handler can be told.");
        refused(noEncode).hasMessageContaining("needs a profile encode, since there is a decider for it");
    }

    @Test
    void whichProfilesMayRun_isKnown() {
        List<String> declared = List.of("decode", "prefill", "encode", "other");

        assertThat(DisaggProfileHandler.builder().build().mayRun(declared)).containsExactly("decode");
        assertThat(allStages().build().mayRun(declared)).containsExactlyInAnyOrder("decode", "prefill", "encode");
        assertThat(allStages().build().mayRun(List.of("decode", "other"))).containsExactly("decode");
        assertThat(DisaggProfileHandler.builder()
                        .stageOrder(StageOrder.PREFILL_FIRST)
                        .build()
                        .mayRun(declared))
                .containsExactlyInAnyOrder("decode", "prefill");
    }

    @Test
    void contradictions_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> allStages().stageOrder(StageOrder.PREFILL_FIRST).build())
                .withMessageStartingWith("deciders.prefill: must be absent if prefill comes first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> allStages().encodeProfile("decode").build())
                .withMessageStartingWith("profiles: must have different names, but are decode, prefill and decode.");
    }
}
