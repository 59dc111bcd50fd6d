// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.Fixtures;
import dev.pointsman.core.Pointsman;
import dev.pointsman.testkit.TestCycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** The search against every tuple written down, and what must never flip a choice. */
class JointProperties {
    private static final double ROUNDING_NANOS = 4;
    private static final Scene HALF_CACHED =
            Scene.of(8_192, List.of(), List.of(Spot.of("d").cached(4_096)));

    private static Arbitrary<Spot> spot(String prefix, int prompt) {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 400_000_000),
                        Arbitraries.integers().between(0, prompt - 1),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(8_000, 120_000),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.longs().between(5_000_000, 40_000_000),
                        Arbitraries.of(0.0, 0.5, 0.9, 0.999))
                .as((wait, cached, tier, nanos, running, waiting, tpot, kv) -> {
                    int held = tier == 2 ? 0 : cached;
                    return new Spot(
                            prefix, wait, held, tier == 1 ? held / 2 : 0, nanos, running, waiting, tpot, kv, "", "");
                });
    }

    private static List<Spot> named(String prefix, List<Spot> spots) {
        List<Spot> named = new ArrayList<>();
        for (Spot spot : spots) {
            named.add(new Spot(
                    prefix + named.size(),
                    spot.waitNanos(),
                    spot.cached(),
                    spot.lower(),
                    spot.readNanosPerToken(),
                    spot.running(),
                    spot.waiting(),
                    spot.tpotNanos(),
                    spot.kvUsage(),
                    "",
                    named.size() % 3 == 0 ? "" : "r" + named.size() % 2));
        }
        return named;
    }

    @Provide
    Arbitrary<Scene> scenes() {
        return Arbitraries.integers()
                .between(64, 16_000)
                .flatMap(prompt -> Combinators.combine(
                                spot("p", prompt).list().ofMinSize(0).ofMaxSize(4),
                                spot("d", prompt).list().ofMinSize(1).ofMaxSize(4),
                                spot("e", prompt).list().ofMinSize(0).ofMaxSize(2),
                                Arbitraries.of(0, 0, 2_000),
                                Arbitraries.integers().between(0, 500))
                        .as((prefill, decode, encode, pictures, output) -> new Scene(
                                prompt,
                                output,
                                pictures,
                                named("p", prefill),
                                named("d", decode),
                                named("e", encode))));
    }

    /** Scenes in which both kinds are mostly possible. */
    @Provide
    Arbitrary<Scene> choices() {
        return scenes().filter(scene -> !scene.prefill().isEmpty())
                .map(scene -> scene.with(
                        forEach(scene.prefill(), one -> one.revision("")),
                        forEach(scene.decode(), one -> one.revision(""))));
    }

    @Property(tries = 600)
    void search_equalsEveryTupleWrittenDown(
            @ForAll("scenes") Scene scene, @ForAll @IntRange(min = 0, max = 3) int earlier) {
        JointDisaggHandler handler = Scene.handler().build();
        double reuse = 0;
        for (int i = 0; i < earlier; i++) {
            dispatched(HALF_CACHED, handler);
            reuse += (0.5 - reuse) / 32;
        }

        JointPlan plan = scene.plan(handler);

        EveryTuple naive = new EveryTuple(scene, reuse);
        double local = naive.best(false).orElseThrow().score();
        Optional<EveryTuple.Scored> remote = naive.best(true);
        LegTuple chosen = plan.chosen();
        assertThat(chosen).isNotNull();
        LegTuple best = chosen.remote() ? plan.other() : chosen;
        LegTuple pair = chosen.remote() ? chosen : plan.other();
        assertThat(best.scoreNanos()).isCloseTo(local, within(ROUNDING_NANOS));
        assertThat(weighted(chosen)).isCloseTo(chosen.scoreNanos(), within(ROUNDING_NANOS));
        assertThat(pair != null).isEqualTo(remote.isPresent());
        if (remote.isPresent()) {
            assertThat(pair.scoreNanos()).isCloseTo(remote.get().score(), within(ROUNDING_NANOS));
        }
        if (earlier == 0) {
            double least = Math.min(local, remote.map(EveryTuple.Scored::score).orElse(Double.POSITIVE_INFINITY));
            assertThat(chosen.scoreNanos()).isCloseTo(least, within(ROUNDING_NANOS));
        }
    }

    @Property(tries = 200)
    void whatTheProducerSaid_isAsGoodAsAskedFor(
            @ForAll("scenes") Scene scene, @ForAll @IntRange(min = 0, max = 100) int unseen) {
        JointPlan asked = scene.plan(Scene.handler().build());

        JointPlan said = scene.plan(Scene.handler().build(), scene.saying("request", unseen));

        // What a producer counted as cached is not always what the handler does, but the wait is the same.
        assertThat(said.chosen().scoreNanos()).isCloseTo(asked.chosen().scoreNanos(), within(ROUNDING_NANOS));
        if (unseen == 0) {
            assertThat(said).hasToString(asked.toString());
        }
    }

    /** Adds up what a tuple says of itself, as the score does without missed targets. */
    private static double weighted(LegTuple tuple) {
        return tuple.ttftNanos()
                + JointDisaggHandler.Builder.DEFAULT_BACKLOG * (tuple.backlogNanos() + tuple.displacedNanos())
                + JointDisaggHandler.Builder.DEFAULT_INTERFERENCE * tuple.interferenceNanos();
    }

    @Property(tries = 300)
    void pruning_neverFindsBetterThanAll_andIsExactFromThePoolsSizeOn(
            @ForAll("scenes") Scene scene, @ForAll @IntRange(min = 1, max = 5) int perRole) {
        double exact = scene.plan(Scene.handler().build()).chosen().scoreNanos();

        double pruned =
                scene.plan(Scene.handler().perRole(perRole).build()).chosen().scoreNanos();

        assertThat(pruned).isGreaterThanOrEqualTo(exact);
        if (perRole >= 4) {
            assertThat(pruned).isEqualTo(exact);
        }
    }

    @Property(tries = 600)
    void longerPrefillQueues_neverTurnLocalIntoRemote(
            @ForAll("scenes") Scene scene,
            @ForAll @IntRange(min = 0, max = 3) int which,
            @ForAll @IntRange(min = 0, max = 2_000) int millis,
            @ForAll ModelMemory.Kind last) {
        Assume.that(!scene.prefill().isEmpty());
        JointDisaggHandler handler = remembering(last);
        Assume.that(!scene.plan(handler).chosen().remote());

        int one = which % scene.prefill().size();
        Scene busier = scene.with(replaced(scene.prefill(), one, spot -> spot.later(millis * 1e6)), scene.decode());

        assertThat(busier.plan(handler).chosen().remote()).isFalse();
    }

    @Property(tries = 300)
    void moreRequestsThatWaitToBeRead_neverTurnLocalIntoRemote(
            @ForAll("scenes") Scene scene,
            @ForAll @IntRange(min = 0, max = 3) int which,
            @ForAll @IntRange(min = 1, max = 200) int more,
            @ForAll ModelMemory.Kind last) {
        Assume.that(!scene.prefill().isEmpty());
        JointDisaggHandler handler = remembering(last);
        Assume.that(!scene.plan(handler).chosen().remote());

        int one = which % scene.prefill().size();
        Scene busier = scene.with(
                replaced(scene.prefill(), one, spot -> spot.waitingRequests(spot.waiting() + more)), scene.decode());

        assertThat(busier.plan(handler).chosen().remote()).isFalse();
    }

    @Property(tries = 600)
    void moreCacheOnTheChosenDecodeEndpoint_neverTurnsLocalIntoRemote(
            @ForAll("scenes") Scene scene,
            @ForAll @IntRange(min = 1, max = 16_000) int more,
            @ForAll ModelMemory.Kind last) {
        JointDisaggHandler handler = remembering(last);
        LegTuple before = scene.plan(handler).chosen();
        Assume.that(!before.remote());
        Assume.that(before.source() != LegTuple.KvSource.PEER_PULL || last == ModelMemory.Kind.NONE);

        int d = Integer.parseInt(before.decode().id().substring(1));
        Spot spot = scene.decode().get(d);
        int cached = Math.min(scene.prompt() - 1, spot.cached() + more);
        Scene warmer = scene.with(scene.prefill(), replaced(scene.decode(), d, one -> one.cached(cached)));

        assertThat(warmer.plan(handler).chosen().remote()).isFalse();
    }

    @Property(tries = 200)
    void noBandwidth_isNeverRemote(@ForAll("scenes") Scene scene) {
        JointDisaggHandler.Builder handler = Scene.handler();
        for (Distance distance : Distance.values()) {
            handler.link(distance, KvLink.of(Duration.ZERO, 0));
        }

        JointPlan plan = scene.plan(handler.build());

        assertThat(plan.chosen().remote()).isFalse();
        assertThat(plan.reason()).isEqualTo(PlanReason.LOCAL_CHEAPER);
    }

    @Property(tries = 600)
    void counterfactual_isWhereTheAnswerFlips_asTheLastKindHasIt(
            @ForAll("choices") Scene scene,
            @ForAll @IntRange(min = 0, max = 2) int both,
            @ForAll ModelMemory.Kind last) {
        List<Spot> readers = new ArrayList<>(scene.prefill());
        readers.addAll(scene.decode().subList(0, Math.min(both, scene.decode().size())));
        Scene some = scene.with(readers, scene.decode());
        JointDisaggHandler handler = remembering(last);
        JointPlan plan = some.plan(handler);
        Assume.that(plan.other() != null && plan.breakEvenTokens() >= 0);

        JointPlan shortOf = longer(some, plan, 0.999, -1).plan(handler);
        JointPlan beyond = longer(some, plan, 1.001, 1).plan(handler);

        assertThat(shortOf.chosen().remote()).isEqualTo(plan.chosen().remote());
        assertThat(beyond.chosen().remote()).isNotEqualTo(plan.chosen().remote());
    }

    /** Has all of the chosen kind's queues grow by a share of what the plan says and some tokens, but for the other reader's. */
    private static Scene longer(Scene scene, JointPlan plan, double share, double tokens) {
        Endpoint prefill = plan.other().prefill();
        String other = (prefill == null ? plan.other().decode() : prefill).id();
        List<String> grow = (plan.chosen().remote() ? scene.prefill() : scene.decode())
                .stream().map(Spot::id).filter(id -> !id.equals(other)).toList();
        double more = Math.max(0, share * plan.breakEvenTokens() + tokens);
        UnaryOperator<Spot> queue = one -> grow.contains(one.id()) ? one.later(more * one.readNanosPerToken()) : one;
        return scene.with(forEach(scene.prefill(), queue), forEach(scene.decode(), queue));
    }

    private static List<Spot> forEach(List<Spot> spots, UnaryOperator<Spot> change) {
        return spots.stream().map(change).toList();
    }

    private static List<Spot> replaced(List<Spot> spots, int index, UnaryOperator<Spot> change) {
        List<Spot> next = new ArrayList<>(spots);
        next.set(index, change.apply(next.get(index)));
        return next;
    }

    /** Makes a handler whose last dispatched request was of a kind. */
    static JointDisaggHandler remembering(ModelMemory.Kind last) {
        JointDisaggHandler handler = Scene.handler().build();
        if (last != ModelMemory.Kind.NONE) {
            boolean remote = last == ModelMemory.Kind.REMOTE;
            Scene clear = Scene.of(
                    8_192,
                    List.of(Spot.of("p").waiting(remote ? 0 : 2_000)),
                    List.of(Spot.of("d").waiting(remote ? 2_000 : 0)));
            dispatched(clear, handler);
        }
        return handler;
    }

    /** Has a handler plan and hear that its plan was dispatched. */
    static JointPlan dispatched(Scene scene, JointDisaggHandler handler) {
        return dispatched(scene.cycle("earlier"), scene, handler);
    }

    static JointPlan dispatched(TestCycle cycle, Scene scene, JointDisaggHandler handler) {
        JointPlan plan = scene.plan(handler, cycle);
        Pointsman any = Pointsman.builder(Fixtures.fleet(1)).build();
        try (Dispatch dispatch = Fixtures.dispatched(any, Fixtures.request("earlier"))) {
            handler.dispatched(cycle, dispatch);
        }
        return plan;
    }
}
