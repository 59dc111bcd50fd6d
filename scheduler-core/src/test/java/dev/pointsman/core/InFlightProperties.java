// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Holds load in flight, through all that can become of a dispatch, against a map from life to load. */
class InFlightProperties {
    private static final long LEASE = 100;

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void load_isWhatTheMapSays(@ForAll("steps") List<Step> steps) {
        World world = new World();

        for (Step step : steps) {
            world.take(step);
            world.validate();
        }
        world.endAll();

        world.validate();
        assertThat(world.load.values()).allMatch(load -> load[0] == 0 && load[1] == 0);
    }

    enum Kind {
        JOIN,
        LEAVE,
        DISPATCH,
        FIRST_TOKEN,
        TOKENS,
        SENT,
        RENEW,
        FAILOVER,
        COMPLETE,
        FAIL,
        CANCEL,
        CLOSE,
        MAINTAIN
    }

    /** One thing that happens; what the number means depends on the kind. */
    record Step(Kind kind, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kind = Arbitraries.frequency(
                Tuple.of(3, Kind.JOIN),
                Tuple.of(2, Kind.LEAVE),
                Tuple.of(8, Kind.DISPATCH),
                Tuple.of(4, Kind.FIRST_TOKEN),
                Tuple.of(2, Kind.TOKENS),
                Tuple.of(1, Kind.SENT),
                Tuple.of(1, Kind.RENEW),
                Tuple.of(4, Kind.FAILOVER),
                Tuple.of(3, Kind.COMPLETE),
                Tuple.of(1, Kind.FAIL),
                Tuple.of(1, Kind.CANCEL),
                Tuple.of(1, Kind.CLOSE),
                Tuple.of(3, Kind.MAINTAIN));
        return Combinators.combine(kind, Arbitraries.integers().between(0, 60))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(150);
    }

    /** A scheduler, and what ought to be in flight. */
    private static final class World {
        final ManualClock clock = new ManualClock(-50);
        final Fleet fleet = Fixtures.fleet(3);
        final Map<Long, long[]> load = new HashMap<>();
        final List<Flight> flights = new ArrayList<>();
        final Pointsman pointsman = Pointsman.builder(fleet)
                .clock(clock)
                .leases(Duration.ofNanos(LEASE))
                .plugin("cost", new Cost())
                .profile(Profile.builder("decode")
                        .scorer(new Fixtures.FewestRequests(), 1)
                        .build())
                .profile(Profile.builder("prefill").picker("random-picker").build())
                .profileHandler(PluginRef.instance("both", new Both()))
                .build();

        void take(Step step) {
            int number = step.number();
            switch (step.kind()) {
                case JOIN -> fleet.join(Fixtures.endpoint(number % 5));
                case LEAVE -> fleet.leave("e" + number % 5);
                case DISPATCH -> {
                    // Every other one is a whole request, the others have a prefill leg.
                    if (pointsman.schedule(Fixtures.request((number % 2 == 0 ? "whole" : "split") + number, number))
                            instanceof Dispatch dispatch) {
                        flights.add(new Flight(this, dispatch));
                    }
                }
                case MAINTAIN -> {
                    clock.advance(Duration.ofNanos(number));
                    pointsman.maintain(clock.getAsLong());
                    flights.forEach(Flight::expire);
                    validateDeadline();
                }
                default -> {
                    if (!flights.isEmpty()) {
                        flights.get(number % flights.size()).take(step.kind());
                    }
                }
            }
        }

        void endAll() {
            flights.forEach(flight -> flight.take(Kind.CLOSE));
        }

        void add(long life, long requests, long tokens) {
            long[] sum = load.computeIfAbsent(life, key -> new long[2]);
            sum[0] += requests;
            sum[1] += tokens;
        }

        void validate() {
            FleetSnapshot snapshot = fleet.snapshot();
            Map<String, List<Long>> expected = new TreeMap<>();
            for (int slot = 0; slot < snapshot.slotLimit(); slot++) {
                if (snapshot.occupied(slot)) {
                    long[] sum = load.getOrDefault(snapshot.incarnation(slot), new long[2]);
                    assertThat(Arrays.stream(sum).min().orElseThrow()).isNotNegative();
                    expected.put(snapshot.endpoint(slot).id(), List.of(sum[0], sum[1]));
                }
            }
            Map<String, List<Long>> found = new TreeMap<>();
            pointsman
                    .evaluate(Fixtures.request("whole"))
                    .explanation()
                    .profiles()
                    .forEach(profile -> {
                        for (CandidateExplanation candidate : profile.candidates()) {
                            found.put(
                                    candidate.endpoint(),
                                    List.of(candidate.inFlightRequests(), candidate.inFlightTokens()));
                        }
                    });
            assertThat(found).isEqualTo(expected);
        }

        private void validateDeadline() {
            long earliest = flights.stream()
                    .filter(flight -> !flight.ended)
                    .mapToLong(flight -> flight.lastSign + LEASE)
                    .min()
                    .orElse(Long.MAX_VALUE);
            assertThat(pointsman.nextDeadline()).isLessThanOrEqualTo(earliest).isGreaterThan(clock.getAsLong());
        }
    }

    /** One dispatch, and what it ought to hold where. */
    private static final class Flight {
        final Dispatch dispatch;
        boolean ended;
        long lastSign;
        private final World world;
        private final List<Target> choices = new ArrayList<>();
        private int choice;
        private long promptHeld;
        private final long outputHeld;
        private boolean prefilling;
        private boolean moved;

        Flight(World world, Dispatch dispatch) {
            this.world = world;
            this.dispatch = dispatch;
            lastSign = world.clock.getAsLong();
            choices.add(dispatch.decision().primary().target());
            choices.addAll(dispatch.decision().primary().fallbacks());
            promptHeld = prompt(choices.get(0));
            outputHeld = Cost.output(tokens());
            world.add(choices.get(0).incarnation(), 1, promptHeld + outputHeld);
            if (!dispatch.decision().otherLegs().isEmpty()) {
                prefilling = true;
                world.add(prefill().incarnation(), 1, prompt(prefill()));
            }
        }

        void take(Kind kind) {
            boolean before = ended;
            switch (kind) {
                case FIRST_TOKEN -> {
                    dispatch.firstToken();
                    firstToken();
                }
                case TOKENS -> dispatch.tokens(3);
                case SENT -> dispatch.sent();
                case RENEW -> dispatch.renew();
                case FAILOVER -> failover();
                case COMPLETE -> ended(dispatch.completed(Usage.UNKNOWN));
                case FAIL -> ended(dispatch.failed("test"));
                case CANCEL -> ended(dispatch.cancelled());
                default -> {
                    dispatch.close();
                    ended(!before);
                }
            }
            assertThat(dispatch.ended()).isEqualTo(ended);
            if (!ended && signOfLife(kind)) {
                lastSign = world.clock.getAsLong();
            }
        }

        /** Every report is one, also one that says nothing new; a failover with nowhere to go is none. */
        private boolean signOfLife(Kind kind) {
            return kind != Kind.FAILOVER || moved;
        }

        private void firstToken() {
            if (!ended) {
                world.add(choices.get(choice).incarnation(), 0, -promptHeld);
                promptHeld = 0;
                endPrefill();
            }
        }

        private void failover() {
            moved = false;
            int next = choice;
            while (!ended && ++next < choices.size()) {
                Target target = choices.get(next);
                if (alive(target)) {
                    world.add(choices.get(choice).incarnation(), -1, -promptHeld - outputHeld);
                    promptHeld = prompt(target);
                    world.add(target.incarnation(), 1, promptHeld + outputHeld);
                    moved = true;
                    break;
                }
            }
            assertThat(dispatch.failover().isPresent()).isEqualTo(moved);
            if (moved) {
                choice = next;
                assertThat(dispatch.target()).isEqualTo(choices.get(next).endpoint());
            } else if (!ended) {
                // Those that were passed over are not tried again, even if they return.
                while (choices.size() > choice + 1) {
                    choices.remove(choices.size() - 1);
                }
            }
        }

        private boolean alive(Target target) {
            FleetSnapshot snapshot = world.fleet.snapshot();
            return snapshot.occupied(target.slot()) && snapshot.incarnation(target.slot()) == target.incarnation();
        }

        private void ended(boolean said) {
            assertThat(said).isEqualTo(!ended);
            end();
        }

        private void end() {
            if (!ended) {
                world.add(choices.get(choice).incarnation(), -1, -promptHeld - outputHeld);
                endPrefill();
            }
            ended = true;
        }

        private void endPrefill() {
            if (prefilling) {
                world.add(prefill().incarnation(), -1, -prompt(prefill()));
                prefilling = false;
            }
        }

        void expire() {
            if (!ended && world.clock.getAsLong() - lastSign >= LEASE) {
                end();
            }
            assertThat(dispatch.ended()).isEqualTo(ended);
        }

        private Target prefill() {
            return dispatch.decision().otherLegs().get(0).target();
        }

        private int tokens() {
            return dispatch.request().prompt().tokenCount();
        }

        private long prompt(Target target) {
            return Cost.prompt(tokens(), target.slot());
        }
    }

    /** Charges every slot something else, and some output. */
    private static final class Cost implements DataProducer {
        static long prompt(int tokens, int slot) {
            return tokens * (1L + slot % 3);
        }

        static long output(int tokens) {
            return tokens / 2;
        }

        @Override
        public Set<DataKey> produces() {
            return Set.of(InFlightLoad.REQUEST_TOKENS, InFlightLoad.EXPECTED_OUTPUT_TOKENS);
        }

        @Override
        public void produce(ProductionCycle cycle, Candidates candidates) {
            int tokens = cycle.request().prompt().tokenCount();
            LongColumn.Writable column = cycle.fill(InFlightLoad.REQUEST_TOKENS);
            for (int i = 0; i < candidates.size(); i++) {
                column.set(candidates.slot(i), prompt(tokens, candidates.slot(i)) + output(tokens));
            }
            cycle.put(InFlightLoad.EXPECTED_OUTPUT_TOKENS, output(tokens));
        }
    }

    /** Runs both profiles; a request whose id says so is split. */
    private static final class Both implements ProfileHandler {
        @Override
        public List<String> next(ProductionCycle cycle, ProfileResults results) {
            return results.results().isEmpty() ? results.declared() : List.of();
        }

        @Override
        public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
            draft.primary("decode");
            if (cycle.request().id().startsWith("split")) {
                draft.leg("prefill");
            }
        }
    }
}
