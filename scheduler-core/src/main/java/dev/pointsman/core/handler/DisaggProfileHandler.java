// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Peer;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.decider.Decider;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Splits a request into stages, each with a profile of its own: encode for images and the like, prefill for the prompt, decode
 * for the answer (llm-d's {@code disagg-profile-handler}).
 *
 * <pre>{@code
 * Pointsman.builder(fleet)
 *         .profile(Profile.builder("decode").filter("decode-filter").scorer("queue-scorer", 1).build())
 *         .profile(Profile.builder("prefill").filter("prefill-filter").scorer("queue-scorer", 1).build())
 *         .profileHandler(PluginRef.instance("handler", DisaggProfileHandler.builder()
 *                 .prefillDecider(new PrefixBasedPdDecider(512))
 *                 .build()))
 *         .build();
 * }</pre>
 *
 * <p><b>Decode first</b>, the default: the decode profile runs. Then, if its decider says so, the encode profile, and then
 * likewise the prefill profile; deciders know the decode endpoint, and a stage without a decider is not separated.
 *
 * <p><b>Prefill first</b>: the prefill profile runs if it is declared, then the encode profile if its decider says so, which
 * knows no endpoint then, and at last the decode profile.
 *
 * <p>Later stages learn as {@link Peer#ENDPOINT} where the one before runs: prefill where decode does, or the other way round.
 *
 * <p>The decision's primary leg is the decode's. If that profile finds nothing, the request is refused with what its profile
 * says. If the profile of another stage finds nothing, that stage stays with the decode; the explanation says so. Two headers
 * tell the decoding server where the others run: {@code x-prefiller-host-port}, the prefill's target, and {@code
 * x-encoder-hosts-ports}, all endpoints that the encode's picker chose, as a comma list. What a client wrote there is removed.
 *
 * <p><b>Departures from llm-d</b>, unless it is made from a loaded configuration: the encode profile, too, learns where the
 * stage before it runs, and a scheduler is refused at once if it has no decode profile, or lacks the profile that a decider is
 * there for. Everywhere: profile names must differ, and llm-d's silence about a stage that found nothing is broken.
 *
 * <p>Immutable and thread-safe if its deciders are. Constant time besides them; allocates the header values.
 */
public final class DisaggProfileHandler implements ProfileHandler {
    /** The name of the profile that decodes, unless told otherwise. */
    public static final String DECODE = "decode";

    /** The name of the profile that prefills, unless told otherwise. */
    public static final String PREFILL = "prefill";

    /** The name of the profile that encodes, unless told otherwise. */
    public static final String ENCODE = "encode";

    private final StageOrder order;
    private final Semantics semantics;
    private final String decode;
    private final String prefill;
    private final String encode;
    private final @Nullable Decider prefillDecider;
    private final @Nullable Decider encodeDecider;
    private final List<String> runDecode;
    private final List<String> runPrefill;
    private final List<String> runEncode;

    private DisaggProfileHandler(Builder builder) {
        order = builder.order;
        semantics = builder.semantics;
        decode = builder.decode;
        prefill = builder.prefill;
        encode = builder.encode;
        prefillDecider = builder.prefillDecider;
        encodeDecider = builder.encodeDecider;
        runDecode = List.of(decode);
        runPrefill = List.of(prefill);
        runEncode = List.of(encode);
    }

    /** Starts a handler that separates nothing: decode first, without deciders. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Set<DataKey> consumes() {
        return readByDeciders(Decider::consumes);
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return readByDeciders(Decider::consumesIfPresent);
    }

    private Set<DataKey> readByDeciders(Function<Decider, Set<DataKey>> keys) {
        return Stream.of(Optional.ofNullable(prefillDecider), Optional.ofNullable(encodeDecider))
                .flatMap(Optional::stream)
                .flatMap(decider -> keys.apply(decider).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(Peer.ENDPOINT);
    }

    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        noteStageThatStays(cycle, results);
        return order == StageOrder.DECODE_FIRST ? decodeFirst(cycle, results) : prefillFirst(cycle, results);
    }

    private List<String> decodeFirst(ProductionCycle cycle, ProfileResults results) {
        ProfileResult decoded = results.result(decode);
        if (decoded == null) {
            return results.declared().contains(decode) ? runDecode : List.of();
        }
        Leg leg = decoded.leg();
        // Prefill comes last: once it has run there is nothing left to ask.
        if (leg == null || results.result(prefill) != null) {
            return List.of();
        }
        Target target = leg.target();
        if (isOpen(encode, results) && separates(encodeDecider, cycle, target)) {
            tellEncode(cycle, target);
            return runEncode;
        }
        if (isOpen(prefill, results) && separates(prefillDecider, cycle, target)) {
            cycle.put(Peer.ENDPOINT, target.endpoint());
            return runPrefill;
        }
        return List.of();
    }

    private List<String> prefillFirst(ProductionCycle cycle, ProfileResults results) {
        if (results.result(decode) != null) {
            return List.of();
        }
        if (isOpen(prefill, results)) {
            return runPrefill;
        }
        Leg prefilled = leg(prefill, results);
        if (isOpen(encode, results) && separates(encodeDecider, cycle, null)) {
            if (prefilled != null) {
                tellEncode(cycle, prefilled.target());
            }
            return runEncode;
        }
        if (prefilled != null) {
            cycle.put(Peer.ENDPOINT, prefilled.target().endpoint());
        }
        return results.declared().contains(decode) ? runDecode : List.of();
    }

    private static boolean isOpen(String profile, ProfileResults results) {
        return results.result(profile) == null && results.declared().contains(profile);
    }

    private static boolean separates(@Nullable Decider decider, ProductionCycle cycle, @Nullable Target decode) {
        return decider != null && decider.separate(cycle, decode);
    }

    private void tellEncode(ProductionCycle cycle, Target before) {
        if (semantics == Semantics.CORRECTED) {
            cycle.put(Peer.ENDPOINT, before.endpoint());
        }
    }

    /** Says, once for each, that a stage was to run on its own and its profile found nothing. */
    private void noteStageThatStays(ProductionCycle cycle, ProfileResults results) {
        List<ProfileResult> done = results.results();
        if (!cycle.explaining() || done.isEmpty()) {
            return;
        }
        ProfileResult last = done.get(done.size() - 1);
        Rejection rejection = last.rejection();
        if (last.leg() == null && !last.profile().equals(decode)) {
            cycle.note(last.profile() + " stays with " + decode
                    + (rejection == null ? ", since its profile found no endpoint" : ": " + rejection.detail()));
        }
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        if (leg(decode, results) == null) {
            draft.reject(nowhereToDecode(results.result(decode)));
            return;
        }
        draft.primary(decode);
        Leg prefilled = leg(prefill, results);
        if (prefilled != null) {
            draft.leg(prefill);
        }
        Leg encoded = leg(encode, results);
        if (encoded != null) {
            draft.leg(encode);
        }
        LegHeaders.write(draft::header, prefilled, encoded);
    }

    static @Nullable Leg leg(String profile, ProfileResults results) {
        ProfileResult result = results.result(profile);
        return result == null ? null : result.leg();
    }

    /** Refuses as the decode profile did. */
    static Rejection nowhereToDecode(@Nullable ProfileResult decoded) {
        Rejection rejection = decoded == null ? null : decoded.rejection();
        String fact = "found no endpoint to decode on";
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
    public void validate(List<String> profiles) {
        if (semantics == Semantics.LLM_D) {
            return; // llm-d refuses each request instead.
        }
        require(profiles, decode, "every request is decoded");
        if (prefillDecider != null) {
            require(profiles, prefill, "there is a decider for it");
        }
        if (encodeDecider != null) {
            require(profiles, encode, "there is a decider for it");
        }
    }

    private static void require(List<String> profiles, String profile, String why) {
        if (!profiles.contains(profile)) {
            throw new IllegalArgumentException(
                    "profile handler: needs a profile " + profile + ", since " + why + ", but there are only "
                            + profiles + ".\nMaybe it goes by another name, which the handler can be told.");
        }
    }

    @Override
    public Set<String> mayRun(List<String> profiles) {
        Set<String> run = new LinkedHashSet<>();
        run.add(decode);
        if (order == StageOrder.PREFILL_FIRST || prefillDecider != null) {
            run.add(prefill);
        }
        if (encodeDecider != null) {
            run.add(encode);
        }
        run.retainAll(profiles);
        return run;
    }

    @Override
    public String toString() {
        return "DisaggProfileHandler[" + order + ", " + decode + ", " + prefill + " by " + prefillDecider + ", "
                + encode + " by " + encodeDecider + "]";
    }

    /** Collects what a handler is told; not thread-safe. */
    public static final class Builder {
        private StageOrder order = StageOrder.DECODE_FIRST;
        private Semantics semantics = Semantics.CORRECTED;
        private String decode = DECODE;
        private String prefill = PREFILL;
        private String encode = ENCODE;
        private @Nullable Decider prefillDecider;
        private @Nullable Decider encodeDecider;

        private Builder() {}

        /** Sets the order of the stages, {@link StageOrder#DECODE_FIRST} by default. */
        public Builder stageOrder(StageOrder order) {
            this.order = requireNonNull(order, "order");
            return this;
        }

        /** Sets the name of the profile that decodes, {@value DisaggProfileHandler#DECODE} by default. */
        public Builder decodeProfile(String profile) {
            this.decode = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets the name of the profile that prefills, {@value DisaggProfileHandler#PREFILL} by default. */
        public Builder prefillProfile(String profile) {
            this.prefill = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets the name of the profile that encodes, {@value DisaggProfileHandler#ENCODE} by default. */
        public Builder encodeProfile(String profile) {
            this.encode = requireNonNull(profile, "profile");
            return this;
        }

        /** Sets what says whether the prefill is separated; without one it never is, unless it comes first. */
        public Builder prefillDecider(@Nullable Decider decider) {
            this.prefillDecider = decider;
            return this;
        }

        /** Sets what says whether the encoding is separated; without one it never is. */
        public Builder encodeDecider(@Nullable Decider decider) {
            this.encodeDecider = decider;
            return this;
        }

        /** Sets whose reading holds, ours by default. */
        Builder semantics(Semantics semantics) {
            this.semantics = semantics;
            return this;
        }

        /**
         * Builds the handler.
         *
         * @throws IllegalArgumentException if two profiles have the same name, or there is a prefill decider and prefill comes
         *     first
         */
        public DisaggProfileHandler build() {
            if (decode.equals(prefill) || decode.equals(encode) || prefill.equals(encode)) {
                throw new IllegalArgumentException(
                        "profiles: must have different names, but are " + decode + ", " + prefill + " and " + encode
                                + ".\nMaybe a name was copied; each stage has a profile of its own.");
            }
            if (order == StageOrder.PREFILL_FIRST && prefillDecider != null) {
                throw new IllegalArgumentException(
                        "deciders.prefill: must be absent if prefill comes first, since it always"
                                + " runs then.\nMaybe the order decode-first was meant.");
            }
            return new DisaggProfileHandler(this);
        }
    }
}
