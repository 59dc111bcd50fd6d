// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.latency;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.core.internal.latency.FlightPlan;
import dev.pointsman.core.internal.latency.Flights;
import dev.pointsman.core.internal.latency.Forecast;
import dev.pointsman.core.internal.latency.LatencyModel;
import dev.pointsman.core.internal.latency.Station;
import dev.pointsman.core.internal.latency.Stations;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Predicts for each candidate how long a request would take there and what it would cost (llm-d's {@code
 * predicted-latency-producer}, without its side-car: a {@linkplain CostModel cost model} answers, and learns from what is
 * measured). Writes {@link PredictedLatency}.
 *
 * <p><b>Time to first token</b> is the sum of
 * <ul>
 *   <li>the wait behind the work ahead: the tokens of prompts in flight there, plus those of requests that the engine says wait
 *       and that this scheduler did not send, each taken to be as long as this one; read in steps of the engine's chunk;
 *   <li>the decode step of the running batch that a prompt meets;
 *   <li>the reading of this prompt's tokens that are not cached there, at least one;
 *   <li>the transfer of KV, if somebody predicts it ({@link Builder#transfer}).
 * </ul>
 * <b>Time per output token</b> is a decode step of the running batch and this request, at the mean context of the requests in
 * flight there. The batch is what is in flight there or, if more, what the engine says is running.
 *
 * <p><b>Objectives</b> are those of the request, or else of llm-d's headers {@code x-llm-d-slo-ttft-ms} and {@code
 * x-llm-d-slo-tpot-ms} (older: {@code x-slo-ttft-ms}, {@code x-slo-tpot-ms}). TPOT counts only in streaming mode, and not on
 * endpoints that only read prompts; its objective is that of the request or the tightest of those running on the endpoint,
 * whichever is less, times the buffer factor.
 *
 * <p><b>Slow-down</b> is what those running there lose, all together: by the reading of this prompt, and by decode steps that are
 * longer by one sequence. <b>Dollars</b> are the chips' price for the reading, and for this sequence's share of each decode step.
 *
 * <p>An endpoint of which the deployment is not known has no predictions; the explanation says so, and why. Times are measured
 * and learnt from by deployment, unless turned off: see {@link dev.pointsman.accel.calibrate.Calibration}.
 *
 * <p>Departures from llm-d: the number of encoder inputs is no feature, because the cost model has no encoder; there are two
 * predictions, the likely one and the one that nine in ten stay below, where llm-d trains one of the two kinds.
 *
 * <p>Thread-safe. O(candidates), some hundred nanoseconds each; allocates a few small objects whatever the fleet's size. State
 * grows with the fleet and the requests under way.
 */
public final class PredictedLatencyProducer implements DataProducer, SchedulingObserver, FleetListener, Maintained {
    static final Duration DEFAULT_CONTEXT_TTL = Duration.ofMinutes(5);
    static final int DEFAULT_OUTPUT_TOKENS = 256;

    /** 73 years: far beyond any answer, and sums of a few do not overflow. */
    private static final long MOST_NANOS = Long.MAX_VALUE / 4;

    private static final int MOST_REQUESTS = 1 << 20;
    private static final long MOST_TOKENS = 1L << 40;
    private static final int MOST_REASONS = 4;
    private static final double FOREIGN_SHARE = 1.25;

    private final PredictedLatency keys;
    private final AttributeKey<PrefixMatch> matchKey;
    private final LongColumnKey blocksKey;
    private final @Nullable LongColumnKey transferKey;
    private final Headrooms headrooms;
    private final boolean predicting;
    private final int outputTokens;
    private final Stations stations;
    private final Flights flights;

    private PredictedLatencyProducer(Builder builder) {
        keys = PredictedLatency.of(builder.name);
        matchKey = PrefixMatch.of(builder.prefixProducer);
        blocksKey = PrefixMatch.matchedBlocks(builder.prefixProducer);
        transferKey = builder.transfer;
        headrooms = new Headrooms(builder.bufferFactor, builder.streaming);
        predicting = builder.predicting;
        outputTokens = builder.outputTokens;
        stations = new Stations(
                new Described(builder.deployments), builder.costModel, builder.learning, builder.roleLabel);
        flights = new Flights(builder.contextTtlNanos);
    }

    /** Starts a producer that reads deployments from labels, with llm-d's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(
                keys.ttft(),
                keys.tpot(),
                keys.ttftP90(),
                keys.tpotP90(),
                keys.ttftHeadroom(),
                keys.tpotHeadroom(),
                keys.ttftHeadroomP90(),
                keys.tpotHeadroomP90(),
                keys.slowdown(),
                keys.dollars(),
                keys.waitPerToken(),
                keys.cachedTokens(),
                keys.reading(),
                keys.interference(),
                keys.tokensSeen(),
                keys.outputTokens(),
                keys.times());
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(matchKey, blocksKey, InFlightLoad.REQUESTS, InFlightLoad.TOKENS);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return transferKey == null
                ? Set.of(InFlightLoad.EXPECTED_OUTPUT_TOKENS)
                : Set.of(InFlightLoad.EXPECTED_OUTPUT_TOKENS, transferKey);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        if (!predicting) {
            cycle.note("predicts nothing, since predictInProduce is off");
            return;
        }
        Question question = new Question(cycle);
        Columns columns = new Columns(cycle, keys);
        Forecast forecast = new Forecast(question.output);
        int unknown = 0;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            Station station = stations.at(slot, cycle.fleet().incarnation(slot), candidates.endpoint(i));
            LatencyModel model = station.model();
            if (model == null) {
                unknown++;
            } else {
                question.ask(forecast, station, model, slot, candidates.metrics(i));
                columns.set(slot, forecast, question, station, headrooms);
            }
        }
        cycle.put(keys.outputTokens(), question.output);
        cycle.put(keys.times(), new StationTimes(cycle.fleet(), stations, question.transfer));
        if (cycle.explaining()) {
            explain(cycle, candidates, unknown);
        }
    }

    static long transferNanos(LongColumn transfer, int slot) {
        return known(transfer, slot, MOST_NANOS);
    }

    private static long known(LongColumn column, int slot, long most) {
        long value = column.get(slot);
        return value == LongColumn.MISSING ? 0 : Math.max(0, Math.min(value, most));
    }

    /** Says on which measurements predictions rest, and why there are none for some candidates. */
    private void explain(ProductionCycle cycle, Candidates candidates, int unknown) {
        Set<String> said = new HashSet<>();
        for (int i = 0; i < candidates.size() && said.size() < MOST_REASONS; i++) {
            int slot = candidates.slot(i);
            Endpoint endpoint = candidates.endpoint(i);
            Station station = stations.at(slot, cycle.fleet().incarnation(slot), endpoint);
            LatencyModel model = station.model();
            String what = model == null
                    ? "predicts nothing for " + endpoint.id() + ": " + station.unknown()
                    : "predicts " + endpoint.id() + " from "
                            + model.current().predictor().prefillBasis();
            String reason = model == null
                    ? station.unknown()
                    : model.current().predictor().prefillBasis().toString();
            if (said.add(reason)) {
                cycle.note(what);
            }
        }
        if (unknown > 0) {
            cycle.note("predicts nothing for " + unknown + " of " + candidates.size() + " candidates");
        }
    }

    /** Returns how many requests are under way as far as this producer has heard. */
    int underWay() {
        return flights.size();
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        Target target = dispatch.decision().primary().target();
        int slot = target.slot();
        Station station = stations.at(slot, target.incarnation(), target.endpoint());
        EndpointMetrics metrics = cycle.fleet().occupied(slot) ? cycle.fleet().metrics(slot) : EndpointMetrics.UNKNOWN;
        Question question = new Question(cycle);
        long cached = question.cached(slot);
        long fresh = question.prompt - cached;
        long ahead = question.ahead(slot, fresh, station, metrics);
        Long counted = cycle.attribute(InFlightLoad.EXPECTED_OUTPUT_TOKENS);
        FlightPlan plan = new FlightPlan(
                fresh,
                cached,
                counted == null ? 0 : Math.max(0, Math.min(counted, MOST_TOKENS)),
                question.tpotTarget,
                ahead,
                dispatch.decision().otherLegs().isEmpty(),
                question.foreignLoad(slot, metrics),
                metrics.kvUsage());
        flights.dispatched(dispatch, station, plan, cycle.now());
    }

    @Override
    public void sent(Dispatch dispatch, long now) {
        flights.sent(dispatch, now);
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        flights.firstToken(dispatch, now);
    }

    @Override
    public void tokens(Dispatch dispatch, int count, long now) {
        flights.tokens(dispatch, count, now);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        flights.moved(dispatch, stations.at(to.slot(), to.incarnation(), to.endpoint()), now);
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        flights.ended(dispatch, ending == Ending.COMPLETED, usage.outputTokens(), now);
    }

    @Override
    public void joined(int slot, long incarnation, Endpoint endpoint) {
        stations.join(slot, incarnation, endpoint);
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        stations.leave(slot, incarnation);
    }

    @Override
    public void maintain(long now) {
        flights.sweep(now);
    }

    @Override
    public long nextDeadline() {
        return flights.nextSweep();
    }

    /** Asks the host what endpoints are, for {@link Stations}. */
    private record Described(EndpointDeployments deployments) implements Stations.Described {
        @Override
        public @Nullable Deployment deployment(Endpoint endpoint) {
            return deployments.of(endpoint);
        }

        @Override
        public double usdPerChipHour(Endpoint endpoint, Deployment deployment) {
            return deployments.usdPerChipHour(endpoint, deployment);
        }
    }

    /** What is asked of every candidate, read once. */
    private final class Question {
        final long prompt;
        final long output;
        final long ttftTarget;
        final long tpotTarget;
        final @Nullable PrefixMatch match;
        final LongColumn matched;
        final LongColumn tokens;
        final LongColumn requests;
        final @Nullable LongColumn transfer;

        Question(SchedulingCycle cycle) {
            InferenceRequest request = cycle.request();
            prompt = request.prompt().tokenCount();
            int stated = request.objectives().expectedOutputTokens();
            output = stated >= 0 ? stated : outputTokens;
            ttftTarget = LatencyObjectives.ttftNanos(request);
            tpotTarget = LatencyObjectives.tpotNanos(request);
            match = cycle.attribute(matchKey);
            matched = cycle.column(blocksKey);
            tokens = cycle.column(InFlightLoad.TOKENS);
            requests = cycle.column(InFlightLoad.REQUESTS);
            transfer = transferKey == null ? null : cycle.column(transferKey);
        }

        /** Returns the cached tokens of the prompt; engines read at least its last token. */
        long cached(int slot) {
            long blocks = match == null ? 0 : matched.get(slot);
            if (match == null || blocks <= 0 || prompt == 0) {
                return 0; // A missing number is negative, too.
            }
            return Math.min(Math.min(blocks, match.totalBlocks()) * match.blockSize(), prompt - 1);
        }

        /** Returns the tokens of prompts that an endpoint has to read before this one. */
        long ahead(int slot, long fresh, Station station, EndpointMetrics metrics) {
            long prompts = Math.max(0, tokensInFlight(slot) - Math.max(0, station.outputTokens()));
            long foreign = Math.max(0, metrics.waitingRequests() - requestsInFlight(slot));
            return Math.min(prompts + foreign * fresh, MOST_TOKENS);
        }

        /**
         * Tells whether an engine runs many more requests than were sent from here. Some of its own may have ended since it was
         * asked, so a quarter more is none.
         */
        boolean foreignLoad(int slot, EndpointMetrics metrics) {
            return metrics.runningRequests() > 1 + FOREIGN_SHARE * requestsInFlight(slot);
        }

        long tokensInFlight(int slot) {
            return known(tokens, slot, MOST_TOKENS);
        }

        long requestsInFlight(int slot) {
            return known(requests, slot, MOST_REQUESTS);
        }

        /** Has one candidate predicted. */
        void ask(Forecast forecast, Station station, LatencyModel model, int slot, EndpointMetrics metrics) {
            long cached = cached(slot);
            long fresh = prompt - cached;
            long running = Math.min(Math.max(requestsInFlight(slot), metrics.runningRequests()), MOST_REQUESTS);
            long transferNanos = transfer == null ? 0 : transferNanos(transfer, slot);
            forecast.of(
                    station, model, fresh, cached, ahead(slot, fresh, station, metrics), (int) running, transferNanos);
        }
    }

    /** The columns being filled. */
    private static final class Columns {
        final LongColumn.Writable ttft;
        final LongColumn.Writable tpot;
        final LongColumn.Writable ttftP90;
        final LongColumn.Writable tpotP90;
        final LongColumn.Writable ttftHeadroom;
        final LongColumn.Writable tpotHeadroom;
        final LongColumn.Writable ttftHeadroomP90;
        final LongColumn.Writable tpotHeadroomP90;
        final LongColumn.Writable slowdown;
        final DoubleColumn.Writable dollars;
        final DoubleColumn.Writable waitPerToken;
        final LongColumn.Writable cachedTokens;
        final DoubleColumn.Writable reading;
        final DoubleColumn.Writable interference;
        final LongColumn.Writable tokensSeen;

        Columns(ProductionCycle cycle, PredictedLatency keys) {
            ttft = cycle.fill(keys.ttft());
            tpot = cycle.fill(keys.tpot());
            ttftP90 = cycle.fill(keys.ttftP90());
            tpotP90 = cycle.fill(keys.tpotP90());
            ttftHeadroom = cycle.fill(keys.ttftHeadroom());
            tpotHeadroom = cycle.fill(keys.tpotHeadroom());
            ttftHeadroomP90 = cycle.fill(keys.ttftHeadroomP90());
            tpotHeadroomP90 = cycle.fill(keys.tpotHeadroomP90());
            slowdown = cycle.fill(keys.slowdown());
            dollars = cycle.fill(keys.dollars());
            waitPerToken = cycle.fill(keys.waitPerToken());
            cachedTokens = cycle.fill(keys.cachedTokens());
            reading = cycle.fill(keys.reading());
            interference = cycle.fill(keys.interference());
            tokensSeen = cycle.fill(keys.tokensSeen());
        }

        void set(int slot, Forecast forecast, Question question, Station station, Headrooms headrooms) {
            ttft.set(slot, forecast.ttft());
            tpot.set(slot, forecast.tpot());
            ttftP90.set(slot, forecast.ttftP90());
            tpotP90.set(slot, forecast.tpotP90());
            ttftHeadroom.set(slot, headrooms.ttft(question.ttftTarget, forecast.ttft()));
            ttftHeadroomP90.set(slot, headrooms.ttft(question.ttftTarget, forecast.ttftP90()));
            long tightest = station.tightestTpot();
            boolean prefillOnly = station.prefillOnly();
            tpotHeadroom.set(slot, headrooms.tpot(question.tpotTarget, tightest, forecast.tpot(), prefillOnly));
            tpotHeadroomP90.set(slot, headrooms.tpot(question.tpotTarget, tightest, forecast.tpotP90(), prefillOnly));
            slowdown.set(slot, forecast.slowdown());
            dollars.set(slot, forecast.dollars());
            waitPerToken.set(slot, forecast.waitPerToken());
            cachedTokens.set(slot, forecast.cachedTokens());
            reading.set(slot, forecast.reading());
            interference.set(slot, forecast.interference());
            tokensSeen.set(slot, question.tokensInFlight(slot));
        }
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private String name = PredictedLatency.PRODUCER;
        private EndpointDeployments deployments = new LabelledDeployments();
        private CostModel costModel = CostModel.shipped();
        private boolean learning = true;
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private @Nullable LongColumnKey transfer;
        private String roleLabel = "";
        private double bufferFactor = 1;
        private boolean streaming;
        private boolean predicting = true;
        private int outputTokens = DEFAULT_OUTPUT_TOKENS;
        private long contextTtlNanos = DEFAULT_CONTEXT_TTL.toNanos();

        private Builder() {}

        /** Sets the producer's name, which is in the keys it writes under; {@value PredictedLatency#PRODUCER} at first. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /** Sets what says which deployment an endpoint is; {@link LabelledDeployments} at first. */
        public Builder deployments(EndpointDeployments deployments) {
            this.deployments = requireNonNull(deployments, "deployments");
            return this;
        }

        /** Sets what predicts; the cost model that ships at first. */
        public Builder costModel(CostModel costModel) {
            this.costModel = requireNonNull(costModel, "costModel");
            return this;
        }

        /** Sets whether predictions learn from measured times; true at first. */
        public Builder learning(boolean learning) {
            this.learning = learning;
            return this;
        }

        /** Sets the prefix producer whose matches count as cached; {@value PrefixMatch#DEFAULT_PRODUCER} at first. */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the column with the nanoseconds that moving KV to an endpoint would take, which are then part of the time to first
         * token; none at first. {@code joint-disagg-profile-handler}, which predicts transfers itself, takes them out again.
         */
        public Builder transfer(LongColumnKey nanos) {
            this.transfer = requireNonNull(nanos, "nanos");
            return this;
        }

        /** Sets the label by whose value {@code prefill} an endpoint only reads prompts; none at first. */
        public Builder endpointRoleLabel(String label) {
            this.roleLabel = requireNonNull(label, "label");
            return this;
        }

        /** Sets what the objective of TPOT is multiplied by; finite and above 0, 1 at first. */
        public Builder sloBufferFactor(double factor) {
            this.bufferFactor = factor;
            return this;
        }

        /** Sets whether answers are streamed, so that TPOT counts; false at first. */
        public Builder streamingMode(boolean streaming) {
            this.streaming = streaming;
            return this;
        }

        /** Sets whether to predict at all, or only to learn; true at first. */
        public Builder predictInProduce(boolean predicting) {
            this.predicting = predicting;
            return this;
        }

        /** Sets how many tokens of output to expect of a request that does not say; at least 0, 256 at first. */
        public Builder expectedOutputTokens(int tokens) {
            if (tokens < 0) {
                throw new IllegalArgumentException("expectedOutputTokens: must be at least 0, but was " + tokens
                        + ".\nMaybe use the mean length of your answers.");
            }
            this.outputTokens = tokens;
            return this;
        }

        /** Sets for how long a request is remembered without news of it; positive, 5 minutes at first. */
        public Builder contextTtl(Duration timeToLive) {
            this.contextTtlNanos = Times.positiveNanos(
                    "contextTTL",
                    timeToLive,
                    "Maybe leave it out; " + DEFAULT_CONTEXT_TTL.toMinutes() + "m is used then.");
            return this;
        }

        /**
         * Builds the producer.
         *
         * @throws IllegalArgumentException if the buffer factor is out of its range
         */
        public PredictedLatencyProducer build() {
            return new PredictedLatencyProducer(this);
        }
    }
}
