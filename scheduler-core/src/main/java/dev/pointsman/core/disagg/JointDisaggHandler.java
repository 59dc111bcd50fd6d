// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Ending;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.decision.Usage;
import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.core.latency.PredictedLatency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Splits a request, or does not, by predicted time and cost: chooses encoder, prefill endpoint, decode endpoint and source of KV
 * together. Type name {@value #TYPE}; ours, with no counterpart in llm-d, whose {@code disagg-profile-handler} freezes the decode
 * endpoint and asks a threshold.
 *
 * <pre>{@code
 * Pointsman.builder(fleet)
 *         .profile(Profile.builder("decode").filter("decode-filter").build())
 *         .profile(Profile.builder("prefill").filter("prefill-filter").build())
 *         .profileHandler(PluginRef.instance("joint", JointDisaggHandler.builder().build()))
 *         .build();
 * }</pre>
 *
 * <p><b>Candidates</b> are what the profiles' filters leave; what their scorers and pickers say counts only if decode endpoints have
 * no predictions. The decode profile runs first, then the prefill profile, and the encode profile if the request has images or the
 * like; both may be absent.
 *
 * <p><b>Score</b>, in seconds, of which the least wins: {@code (1 + Z) (TTFT + mu V) + lambda dTPOT}.
 * <ul>
 *   <li>{@code TTFT} of a local prefill is encoding, wait on the decode endpoint, the least of recomputing, loading from a lower tier
 *       and pulling from a peer, and the reading of what is left. Of a remote one, the same on the prefill endpoint, and moving to
 *       the decode endpoint what is missing there, and waiting for a place in its batch and for the step with its first token: half
 *       of the one that is under way, and the next. Both: waiting for KV to become free. KV that is still on its way to a decode
 *       endpoint need not be sent again, but is nothing that a prompt could build on that is read there itself, or a peer pull.
 *   <li>{@code V} is by how much other requests' first tokens come later. Whatever is read delays those who wait there: the seconds of
 *       reading, times the requests that wait. (As many come while a queue drains as wait in it, so these stand for those to come; and
 *       work times backlog is what drift-plus-penalty control weighs, which keeps queues stable wherever that can be done.) Those
 *       that come while it is read wait half of it on average, if they are tied to the reader by what it has cached: the rate at
 *       which prompts are sent there to be read, times the share of prompts that was cached of late; others go elsewhere. All those
 *       wait likewise that were read elsewhere and come there to be decoded, since their first token comes with a step. And the KV that
 *       is new on the decode endpoint displaces other prefixes: that share again, times what reading as much takes wherever that is
 *       quickest, and delays here.
 *   <li>{@code dTPOT} is what all requests that run along lose together over the expected output, by the reading of this prompt and by
 *       longer decode steps, and what this request loses against the fastest decode endpoint.
 *   <li>{@code Z} is a virtual queue of TTFT deficits for each model, in targets: it grows by what is predicted beyond a request's
 *       target and shrinks by what is left of it, so that missed targets make first tokens count for more (the idea of EDPP, llm-d
 *       blog 2026-06-05). At most 9; 0 without targets.
 * </ul>
 *
 * <p><b>Constraints</b>: a decode endpoint that could never hold prompt and expected output is out; one that is full now costs the wait
 * until enough is given back, which may be less than reading everything anew elsewhere. Prefill and decode must be of the same
 * revision if both state one, of the same model and KV type, and as near as required. A link that does not bring
 * KV clearly faster than the decode endpoint reads is not used, even where a long queue would make it pay. So, for the same memory:
 * a longer prefill queue never turns local into remote, and neither do more tokens cached on the chosen decode endpoint, unless
 * that endpoint would pull them from a peer over a link faster than that from the prefill endpoint.
 *
 * <p><b>Switching</b> between local and remote, from one request of a model to the next, takes a gain of more than 5 ms and 5 % of
 * the score, so that two ways of equal worth do not take turns. The memory is the last dispatched request's kind; evaluation leaves
 * it alone. Ties fall by the draw.
 *
 * <p><b>Ladder</b>: best pair; other pairs, as fallbacks of both legs; local; refusal. The {@linkplain JointPlan plan} has a reason
 * for each step. If the prefill leg's target fails before the first token, the host tries its fallbacks with the same decode
 * endpoint, by writing their address into {@code x-prefiller-host-port}, or has the decode endpoint read the prompt itself by
 * removing that header; the dispatch goes on and needs no call. So it is with the encode leg and {@code x-encoder-hosts-ports}. If
 * the decode endpoint fails, {@link Dispatch#failover} gives the next one for the same prefill endpoint; the KV has to be sent or read
 * again. Nothing is queued here: KV that is nowhere free is waited for in the engine.
 *
 * <p><b>Headers</b> for the connectors: {@code x-prefiller-host-port}, {@code x-encoder-hosts-ports} and {@code
 * x-kv-cache-source-host-port}, each removed where there is no such leg. Prompt tokens count as load on the reader only.
 *
 * <p>Thread-safe. O(endpoints + k^2) for k endpoints kept of each role (see {@link Builder#perRole}); allocates one or two
 * kilobytes for the plan and the legs, and as much as the fleet needs if more threads decide at once than ever before.
 */
public final class JointDisaggHandler implements ProfileHandler, SchedulingObserver, FleetListener {
    /** The type name of this handler, and its name unless told otherwise. */
    public static final String TYPE = "joint-disagg-profile-handler";

    static final String PREFILL_HEADER = "x-prefiller-host-port";
    static final String ENCODE_HEADER = "x-encoder-hosts-ports";
    static final String SOURCE_HEADER = "x-kv-cache-source-host-port";

    private final String decode;
    private final String prefill;
    private final String encode;
    private final List<String> runDecode;
    private final Question.Prefix prefix;
    private final PredictedLatency latency;
    private final JointSettings settings;
    private final AttributeKey<JointPlan> planKey;
    private final AttributeKey<Choice> choiceKey;
    private final Places places;
    private final ModelMemory memories = new ModelMemory();
    private final ComingKv comingKv = new ComingKv();
    /** Searches that nobody uses just now: as many at most as there ever were decisions at once. */
    private final Queue<JointSearch> spares = new ConcurrentLinkedQueue<>();

    private JointDisaggHandler(Builder builder) {
        decode = builder.decode;
        prefill = builder.prefill;
        encode = builder.encode;
        runDecode = List.of(decode);
        prefix = Question.Prefix.by(builder.prefixProducer);
        latency = PredictedLatency.of(builder.latencyProducer);
        settings = builder.settings();
        planKey = JointPlan.of(builder.name);
        choiceKey = new AttributeKey<>("joint-disagg.choice", builder.name, Choice.class);
        places = new Places(settings);
    }

    /** Starts a handler with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** What {@link #next} found and {@link #fold} writes; positions of the target and its fallbacks, empty for no such leg. */
    private static final class Choice {
        final JointPlan plan;
        final int[] decode;
        final int[] prefill;
        final int[] encode;
        /** The time to first token to keep, in nanoseconds; 0 for none. */
        final double target;
        /** The share of the prompt that was cached at the decode endpoint that had most of it. */
        final double cached;
        /** What will be on its way to the decode endpoint; null if nothing, or prompts are not told apart. */
        final ComingKv.@Nullable Coming coming;

        Choice(
                JointPlan plan,
                int[] decode,
                int[] prefill,
                int[] encode,
                double target,
                double cached,
                ComingKv.@Nullable Coming coming) {
            this.plan = plan;
            this.decode = decode;
            this.prefill = prefill;
            this.encode = encode;
            this.target = target;
            this.cached = cached;
            this.coming = coming;
        }
    }

    @Override
    public Set<DataKey> consumes() {
        return Set.of(
                latency.ttft(),
                latency.tpot(),
                latency.slowdown(),
                latency.ttftHeadroom(),
                latency.waitPerToken(),
                latency.tokensSeen(),
                latency.outputTokens(),
                latency.times(),
                prefix.match(),
                prefix.matched(),
                InFlightLoad.TOKENS,
                InFlightLoad.REQUESTS);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return Set.of(
                prefix.weighted(), prefix.hashes(), latency.cachedTokens(), latency.reading(), latency.interference());
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(planKey, choiceKey);
    }

    @Override
    public boolean choosesTogether() {
        return true;
    }

    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        ProfileResult decoded = results.result(decode);
        if (decoded == null) {
            return runDecode;
        }
        if (decoded.leg() == null) {
            return List.of();
        }
        List<String> further = new ArrayList<>(2);
        if (results.declared().contains(prefill) && results.result(prefill) == null) {
            further.add(prefill);
        }
        boolean pictures = !cycle.request().multimodalItems().isEmpty();
        if (pictures && results.declared().contains(encode) && results.result(encode) == null) {
            further.add(encode);
        }
        if (further.isEmpty()) {
            choose(cycle, results, decoded);
        }
        return further;
    }

    private void choose(ProductionCycle cycle, ProfileResults results, ProfileResult decoded) {
        ModelMemory.Memory memory = memories.of(cycle.request().model());
        Question question = new Question(cycle, latency, prefix, settings, places, comingKv, memory);
        JointSearch search = spares.poll();
        if (search == null) {
            search = new JointSearch();
        }
        JointSearch.Outcome outcome = search.search(found(prefill, results), decoded, found(encode, results), question);
        Choice choice = outcome == JointSearch.Outcome.FOUND
                ? decide(search, question, memory.last())
                : new Choice(
                        new JointPlan(null, null, search.ladder, -1),
                        JointSearch.NOBODY,
                        JointSearch.NOBODY,
                        JointSearch.NOBODY,
                        0,
                        0,
                        null);
        search.clear();
        spares.offer(search);
        cycle.put(choiceKey, choice);
        cycle.put(planKey, choice.plan);
        if (cycle.explaining()) {
            explain(cycle, choice.plan);
        }
    }

    /** Returns a result that left candidates, or null. */
    private static @Nullable ProfileResult found(String profile, ProfileResults results) {
        ProfileResult result = results.result(profile);
        return result == null || result.leg() == null ? null : result;
    }

    private Choice decide(JointSearch search, Question question, ModelMemory.Kind last) {
        boolean remote = remote(search, question, last);
        int d = remote ? search.bestDecode : search.bestLocal;
        search.sayWhetherItWaits(d);
        int p = remote ? search.bestPrefill : -1;
        LegTuple pair = search.pairTuple(question);
        LegTuple local = search.localTuple();
        JointPlan plan = new JointPlan(
                remote ? pair : local,
                remote ? local : pair,
                search.ladder,
                search.breakEvenTokens(remote, givesWay(search, remote, question, last), question));
        Pool readers = remote ? search.prefill : search.decode;
        return new Choice(
                plan,
                search.decodesWith(p, d, Leg.MAX_FALLBACKS, question),
                remote ? search.prefillsWith(d, p, Leg.MAX_FALLBACKS, question) : JointSearch.NOBODY,
                search.encodesWith(readers, remote ? p : d, Leg.MAX_FALLBACKS, question),
                question.target(search.decode.slot[d]),
                search.decode.mostCached(question),
                remote ? question.comingTo(search.decode.slot[d]) : null);
    }

    /** Compares the best pair with the best local prefill, and says why on the ladder. */
    private boolean remote(JointSearch search, Question question, ModelMemory.Kind last) {
        if (search.bestPrefill < 0) {
            search.ladder.add(PlanReason.LOCAL_CHEAPER);
            return false;
        }
        double pair = search.bestPair;
        double local = search.bestLocalScore;
        boolean cheaper = pair < local;
        boolean remote = switch (last) {
            case NONE -> cheaper;
            case LOCAL -> local > keptUpTo(pair, question);
            case REMOTE -> !(pair > keptUpTo(local, question));
        };
        if (remote) {
            search.ladder.add(cheaper ? PlanReason.REMOTE_CHEAPER : PlanReason.REMOTE_KEPT);
        } else {
            search.ladder.add(cheaper ? PlanReason.LOCAL_KEPT : PlanReason.LOCAL_CHEAPER);
        }
        return remote;
    }

    /** Returns the score up to which the last kind is kept, given what the other one scores. */
    private double keptUpTo(double other, Question question) {
        return Math.max(other + settings.switchNanos() * question.urgency, other / (1 - settings.switchShare()));
    }

    /** Returns the score from which on the kind that is chosen would give way to the other one. */
    private double givesWay(JointSearch search, boolean remote, Question question, ModelMemory.Kind last) {
        double other = remote ? search.bestLocalScore : search.bestPair;
        if (last == ModelMemory.Kind.NONE) {
            return other;
        }
        return remote == (last == ModelMemory.Kind.REMOTE)
                ? keptUpTo(other, question)
                : Math.min(other - settings.switchNanos() * question.urgency, other * (1 - settings.switchShare()));
    }

    private static void explain(ProductionCycle cycle, JointPlan plan) {
        LegTuple chosen = plan.chosen();
        LegTuple other = plan.other();
        if (chosen == null) {
            cycle.note(plan.reasons());
            return;
        }
        cycle.note(plan.reasons() + ": " + chosen);
        if (other != null) {
            cycle.note("runner-up " + other);
        }
        cycle.note(plan.counterfactual());
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        Choice choice = cycle.attribute(choiceKey);
        ProfileResult decoded = results.result(decode);
        if (choice == null || decoded == null || decoded.leg() == null) {
            draft.reject(nowhereToDecode(decoded));
            return;
        }
        if (choice.plan.reason() == PlanReason.KV_TOO_SMALL) {
            draft.reject(Rejection.of(
                    Rejection.Reason.NO_DECISION,
                    PlanReason.KV_TOO_SMALL + ": no decode endpoint can hold the prompt and its expected output",
                    null));
            return;
        }
        if (choice.decode.length == 0) {
            draft.primary(decode);
        } else {
            draft.primary(decode, choice.decode);
        }
        if (choice.prefill.length > 0) {
            draft.leg(prefill, choice.prefill);
            draft.promptReadBy(prefill);
        }
        if (choice.encode.length > 0) {
            draft.leg(encode, choice.encode);
        }
        if (choice.encode.length > 0 && choice.prefill.length == 0) {
            draft.promptReadBy(decode);
        }
        LegTuple chosen = choice.plan.chosen();
        draft.header(PREFILL_HEADER, address(chosen == null ? null : chosen.prefill()));
        draft.header(ENCODE_HEADER, address(chosen == null ? null : chosen.encode()));
        draft.header(SOURCE_HEADER, address(chosen == null ? null : chosen.peer()));
    }

    /** An empty value removes what a client wrote there, which must not be believed. */
    private static String address(@Nullable Endpoint endpoint) {
        return endpoint == null ? "" : endpoint.address();
    }

    private static Rejection nowhereToDecode(@Nullable ProfileResult decoded) {
        Rejection rejection = decoded == null ? null : decoded.rejection();
        String fact = PlanReason.NO_DECODE + ": found no endpoint to decode on";
        return rejection == null
                ? Rejection.of(Rejection.Reason.NO_DECISION, fact, null)
                : new Rejection(
                        rejection.reason(),
                        fact + ": " + rejection.detail(),
                        rejection.plugin(),
                        rejection.retryAfter(),
                        null);
    }

    @Override
    public void dispatched(SchedulingCycle cycle, Dispatch dispatch) {
        Choice choice = cycle.attribute(choiceKey);
        LegTuple chosen = choice == null ? null : choice.plan.chosen();
        if (choice != null && chosen != null) {
            int decoder = dispatch.decision().primary().target().slot();
            int reader = decoder;
            for (Leg leg : dispatch.decision().otherLegs()) {
                if (chosen.remote() && leg.profile().equals(prefill)) {
                    reader = leg.target().slot();
                    places.sent(cycle.fleet(), reader);
                }
            }
            places.dispatched(cycle.fleet(), reader, decoder, cycle.now());
            if (choice.coming != null) {
                comingKv.dispatched(dispatch, choice.coming);
            }
            memories.dispatched(
                    cycle.request().model(), chosen.remote(), chosen.ttftNanos(), choice.target, choice.cached);
        }
    }

    @Override
    public void firstToken(Dispatch dispatch, long now) {
        comingKv.came(dispatch);
    }

    @Override
    public void failedOver(Dispatch dispatch, Target from, Target to, long now) {
        comingKv.moved(dispatch, to.incarnation());
    }

    @Override
    public void ended(Dispatch dispatch, Ending ending, Usage usage, long now) {
        if (ending == Ending.COMPLETED) {
            comingKv.came(dispatch);
        } else {
            comingKv.gone(dispatch);
        }
    }

    @Override
    public void left(int slot, long incarnation, Endpoint endpoint) {
        places.leave(slot, incarnation);
    }

    @Override
    public void validate(List<String> profiles) {
        if (!profiles.contains(decode)) {
            throw new IllegalArgumentException("profile handler: needs a profile " + decode
                    + ", since every request is decoded, but there are only " + profiles
                    + ".\nMaybe it goes by another name, which the handler can be told.");
        }
    }

    @Override
    public Set<String> mayRun(List<String> profiles) {
        Set<String> run = new LinkedHashSet<>(List.of(decode, prefill, encode));
        run.retainAll(profiles);
        return run;
    }

    @Override
    public String toString() {
        return "JointDisaggHandler[" + decode + ", " + prefill + ", " + encode + ", " + settings.perRole()
                + " of each role]";
    }

    /** Collects what a handler is told; not thread-safe. */
    public static final class Builder {
        static final int DEFAULT_PER_ROLE = 8;
        static final double DEFAULT_INTERFERENCE = 0.07;
        static final double DEFAULT_BACKLOG = 1;
        static final Duration DEFAULT_SWITCH_GAIN = Duration.ofMillis(5);
        static final double DEFAULT_SWITCH_SHARE = 0.05;
        static final double DEFAULT_TIER_WEIGHT = 0.8;
        static final double DEFAULT_ENCODE_MICROS = 35;
        static final String DEFAULT_REVISION_LABEL = "disaggregatedset.x-k8s.io/revision";

        private String name = TYPE;
        private String decode = "decode";
        private String prefill = "prefill";
        private String encode = "encode";
        private String latencyProducer = PredictedLatency.PRODUCER;
        private String prefixProducer = PrefixMatch.DEFAULT_PRODUCER;
        private int perRole = DEFAULT_PER_ROLE;
        private double interference = DEFAULT_INTERFERENCE;
        private double backlog = DEFAULT_BACKLOG;
        private Duration switchGain = DEFAULT_SWITCH_GAIN;
        private double switchShare = DEFAULT_SWITCH_SHARE;
        private Distance required = Distance.OTHER;
        private final Map<Distance, KvLink> links = new EnumMap<>(Distance.class);
        private @Nullable KvLink lowerTier;
        private double tierWeight = DEFAULT_TIER_WEIGHT;
        private boolean peerPull = true;
        private double encodeMicros = DEFAULT_ENCODE_MICROS;
        private String revisionLabel = DEFAULT_REVISION_LABEL;

        private Builder() {}

        /** Sets the name in the key of its plans, {@value JointDisaggHandler#TYPE} at first. */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /** Sets the name of the profile that decodes, {@code decode} at first. */
        public Builder decodeProfile(String profile) {
            this.decode = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets the name of the profile that prefills, {@code prefill} at first. */
        public Builder prefillProfile(String profile) {
            this.prefill = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets the name of the profile that encodes, {@code encode} at first. */
        public Builder encodeProfile(String profile) {
            this.encode = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets the producer of predicted times, {@value PredictedLatency#PRODUCER} at first. */
        public Builder latencyProducer(String name) {
            this.latencyProducer = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the producer of prefix matches, {@value PrefixMatch#DEFAULT_PRODUCER} at first; the same that predicted times go by.
         */
        public Builder prefixProducer(String name) {
            this.prefixProducer = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets how many endpoints of each role are compared in full, and half as many to pull KV from; at least 1, 8 at first. Exact
         * from the pools' size on; of 64 and 64, 8 score half a percent worse than all.
         */
        public Builder perRole(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("perRole: must be at least 1, but was " + most
                        + ".\nMaybe leave it at " + DEFAULT_PER_ROLE + ".");
            }
            this.perRole = most;
            return this;
        }

        /**
         * Sets what a second counts that running requests lose, all of theirs added up; finite and at least 0. It is 0.07 at first, found
         * by replays in which 0.05 to 0.1 did about alike (jmh/FIDELITY.md): more keeps the time between tokens low, less that to the first.
         */
        public Builder interferenceWeight(double weight) {
            this.interference = atLeastZero("interferenceWeight", weight);
            return this;
        }

        /** Sets what a second counts that other requests wait longer for their first token; finite and at least 0, 1 at first. */
        public Builder backlogWeight(double weight) {
            this.backlog = atLeastZero("backlogWeight", weight);
            return this;
        }

        /**
         * Sets the gain for which to switch between local and remote: it must be more than both.
         *
         * @param gain at least 0, 5 ms at first
         * @param share of the score, at least 0 and below 1, 0.05 at first; links must be faster than reading by this share as well
         */
        public Builder switchFor(Duration gain, double share) {
            if (gain.isNegative() || !(share >= 0 && share < 1)) {
                throw new IllegalArgumentException(
                        "switchFor: needs a gain >= 0 and a share from 0 to below 1, but got " + gain + " and " + share
                                + ".\nMaybe the share is a percentage; divide it by 100.");
            }
            this.switchGain = gain;
            this.switchShare = share;
            return this;
        }

        /** Sets how far apart prefill and decode may be, {@link Distance#OTHER} at first: anywhere. */
        public Builder requiredTopology(Distance widest) {
            this.required = requireNonNull(widest, "widest");
            return this;
        }

        /** Sets the link between endpoints of one distance, in place of what the catalog says of their accelerators. */
        public Builder link(Distance distance, KvLink link) {
            links.put(requireNonNull(distance, "distance"), requireNonNull(link, "link"));
            return this;
        }

        /** Sets the way of KV from an endpoint's lower tier, in place of the catalog's link to its host. */
        public Builder lowerTier(KvLink link) {
            this.lowerTier = requireNonNull(link, "link");
            return this;
        }

        /**
         * Sets what a block in a lower tier counts in weighted prefix matches, by which such blocks are known; at least 0 and below
         * 1, 0.8 at first.
         */
        public Builder lowerTierWeight(double weight) {
            if (!(weight >= 0 && weight < 1)) {
                throw new IllegalArgumentException("lowerTierWeight: must be at least 0 and below 1, but was " + weight
                        + ".\nMaybe the weight that the prefix producer gives to CPU memory was meant.");
            }
            this.tierWeight = weight;
            return this;
        }

        /** Sets whether whoever reads a prompt may pull KV from another endpoint of its role; true at first. */
        public Builder peerPull(boolean allowed) {
            this.peerPull = allowed;
            return this;
        }

        /**
         * Sets what encoding takes for a token of an image or the like, in microseconds; finite and at least 0. It is 35 at first: a
         * vision tower of 0.7 billion parameters that makes a token of four patches, at 160 TFLOP/s.
         */
        public Builder encodeMicrosPerToken(double micros) {
            this.encodeMicros = atLeastZero("encodeMicrosPerToken", micros);
            return this;
        }

        /** Sets the label in which prefill and decode must not differ, {@value #DEFAULT_REVISION_LABEL} at first. */
        public Builder revisionLabel(String label) {
            this.revisionLabel = requireNonNull(label, "label");
            return this;
        }

        private static double atLeastZero(String name, double value) {
            if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        name + ": must be a finite number >= 0, but was " + value + ".\nMaybe leave it out.");
            }
            return value;
        }

        private JointSettings settings() {
            return new JointSettings(
                    perRole,
                    interference,
                    backlog,
                    switchGain.toNanos(),
                    switchShare,
                    required,
                    links,
                    lowerTier,
                    tierWeight,
                    peerPull,
                    encodeMicros * 1e3,
                    revisionLabel);
        }

        /**
         * Builds the handler.
         *
         * @throws IllegalArgumentException if two profiles have the same name
         */
        public JointDisaggHandler build() {
            if (decode.equals(prefill) || decode.equals(encode) || prefill.equals(encode)) {
                throw new IllegalArgumentException(
                        "profiles: must have different names, but are " + decode + ", " + prefill + " and " + encode
                                + ".\nMaybe a name was copied; each stage has a profile of its own.");
            }
            return new JointDisaggHandler(this);
        }
    }
}
