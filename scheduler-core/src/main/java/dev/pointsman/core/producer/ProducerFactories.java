// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.builtin.BuiltInFactory;
import dev.pointsman.core.reuse.ReuseFactories;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The built-in data producers by type name, for the engine to register; a host names them in a configuration. */
public final class ProducerFactories {
    private static final String MULTICLUSTER_PREFIX = "multicluster-approx-prefix-cache-producer";

    private static final String HEADER_NAME = "headerName";
    private static final String COOKIE_NAME = "cookieName";

    private static final String COUNT_OUTPUT = "addEstimatedOutputTokens";
    private static final String OUTPUT_RATIO = "outputRatio";
    private static final String MAX_OUTPUT = "maxEstimatedOutputTokens";
    private static final String PREFIX_PRODUCER = "prefixMatchInfoProducerName";
    private static final String SYNC = "syncCrossReplicaState";

    private static final double MAX_RATIO = 1e6;

    private static final List<PluginFactory> CORRECTED = make(Semantics.CORRECTED);
    private static final List<PluginFactory> LLM_D = make(Semantics.LLM_D);

    private ProducerFactories() {}

    /** Returns one factory for each type, with our own semantics; unmodifiable. */
    public static List<PluginFactory> all() {
        return all(Semantics.CORRECTED);
    }

    /**
     * Returns one factory for each type; unmodifiable.
     *
     * @param semantics whose reading of a type holds where llm-d's behaviour has a flaw
     */
    public static List<PluginFactory> all(Semantics semantics) {
        return semantics == Semantics.LLM_D ? LLM_D : CORRECTED;
    }

    private static List<PluginFactory> make(Semantics semantics) {
        List<PluginFactory> all = new ArrayList<>(List.of(
                ApproxPrefixParameters.factory(
                        PrefixMatch.DEFAULT_PRODUCER,
                        "Guesses what each endpoint has cached of a prompt, from where earlier prompts were sent.",
                        semantics),
                ApproxPrefixParameters.factory(
                        MULTICLUSTER_PREFIX,
                        "Guesses what each cluster has cached of a prompt, from where earlier prompts were sent.",
                        semantics),
                precisePrefix(semantics, settings -> {}),
                precisePrefixScorer(semantics, settings -> {}),
                BuiltInFactory.of(
                        Session.PRODUCER,
                        "Finds a request's session id: its own, or else that of a header or a cookie if one is named.",
                        List.of(
                                optional(HEADER_NAME, STRING, null, "The header to read; not with cookieName."),
                                optional(COOKIE_NAME, STRING, null, "The cookie to read; not with headerName.")),
                        ProducerFactories::session),
                BuiltInFactory.of(
                        InFlightLoad.PRODUCER,
                        "Says how many tokens of work a request would add to each endpoint.",
                        List.of(
                                optional(COUNT_OUTPUT, BOOLEAN, "false", "Whether expected output counts as work."),
                                optional(
                                                OUTPUT_RATIO,
                                                NUMBER,
                                                Double.toString(InFlightLoadProducer.DEFAULT_OUTPUT_RATIO),
                                                "Tokens of output per token of prompt, unless the request says.")
                                        .between(0, MAX_RATIO),
                                optional(MAX_OUTPUT, INTEGER, null, "The most tokens of output to expect.")
                                        .between(1, Integer.MAX_VALUE),
                                optional(
                                        PREFIX_PRODUCER,
                                        STRING,
                                        null,
                                        "The prefix producer to require; without it, the default one's data if there is any."),
                                optional(
                                        SYNC,
                                        BOOLEAN,
                                        semantics == Semantics.LLM_D ? "true" : "false",
                                        semantics == Semantics.LLM_D
                                                ? "Taken for llm-d's sake; load is kept by each scheduler alone."
                                                : "Taken for llm-d's sake; must be false, since load is kept by each scheduler alone.")),
                        parameters -> inFlightLoad(parameters, semantics))));
        all.addAll(ReuseFactories.all(semantics));
        return List.copyOf(all);
    }

    /**
     * Makes a factory of precise prefix producers that a host completes: where a configuration names the type, the host still
     * has to say which index it feeds. Registered with a scheduler, it wins over the built-in one.
     *
     * <pre>{@code
     * Pointsman.builder(fleet)
     *         .factory(ProducerFactories.precisePrefix(settings -> settings.index(index).channels(channels::get)))
     * }</pre>
     *
     * <p>A configuration that bounds the index ({@code costAwareMemoryConfig}) is refused if the host gives one of its own.
     *
     * @param settings changes what the parameters said
     */
    public static PluginFactory precisePrefix(Consumer<PrecisePrefixProducer.Builder> settings) {
        return precisePrefix(Semantics.CORRECTED, settings);
    }

    /**
     * Makes a factory as {@link #precisePrefix(Consumer)} does, for a scheduler of either semantics.
     *
     * @param semantics whose reading holds; a loaded configuration's is {@link Semantics#LLM_D}
     * @param settings changes what the parameters said
     */
    public static PluginFactory precisePrefix(Semantics semantics, Consumer<PrecisePrefixProducer.Builder> settings) {
        return new BuiltInFactory(
                PrecisePrefixProducer.TYPE,
                Set.of(),
                "Knows what each endpoint has cached of a prompt, from the engines' KV events.",
                PrecisePrefixParameters.ALL,
                (name, parameters) -> PrecisePrefixParameters.read(name, parameters, semantics, settings)
                        .build());
    }

    /**
     * Makes a factory of {@code precise-prefix-cache-scorer}, llm-d's older type of producer and scorer in one, that a host
     * completes as {@link #precisePrefix} does.
     *
     * @param settings changes what the parameters said
     */
    public static PluginFactory precisePrefixScorer(Consumer<PrecisePrefixProducer.Builder> settings) {
        return precisePrefixScorer(Semantics.CORRECTED, settings);
    }

    /**
     * Makes a factory as {@link #precisePrefixScorer(Consumer)} does, for a scheduler of either semantics.
     *
     * @param semantics whose reading holds; a loaded configuration's is {@link Semantics#LLM_D}
     * @param settings changes what the parameters said
     */
    public static PluginFactory precisePrefixScorer(
            Semantics semantics, Consumer<PrecisePrefixProducer.Builder> settings) {
        return new BuiltInFactory(
                PrecisePrefixScorer.TYPE,
                Set.of(),
                "The older way to name a precise-prefix-cache-producer and a prefix-cache-scorer that reads it.",
                PrecisePrefixParameters.ALL,
                (name, parameters) -> new PrecisePrefixScorer(
                        name,
                        PrecisePrefixParameters.read(name, parameters, semantics, settings)
                                .build(),
                        semantics));
    }

    private static Plugin session(Parameters parameters) {
        String header = parameters.string(HEADER_NAME);
        String cookie = parameters.string(COOKIE_NAME);
        if (header == null && cookie == null) {
            return SessionIdProducer.ofObjectives(); // This is how the engine adds it for whoever reads session ids.
        }
        if (header != null && cookie != null) {
            throw parameters.error(
                    COOKIE_NAME,
                    "must not be given with " + HEADER_NAME,
                    "Maybe remove one; a producer reads one source.");
        }
        return header != null
                ? SessionIdProducer.ofHeader(parameters.requiredString(HEADER_NAME))
                : SessionIdProducer.ofCookie(parameters.requiredString(COOKIE_NAME));
    }

    /** Makes an in-flight load producer of its parameters. */
    static InFlightLoadProducer inFlightLoad(Parameters parameters, Semantics semantics) {
        if (parameters.flag(SYNC, false) && semantics == Semantics.CORRECTED) {
            throw parameters.error(
                    SYNC,
                    "must be false",
                    "Maybe remove it; replicas do not share load in flight, each counts what it sent itself.");
        }
        InFlightLoadProducer.Builder builder = InFlightLoadProducer.builder()
                .semantics(semantics)
                .countOutput(parameters.flag(COUNT_OUTPUT, false))
                .outputRatio(parameters.number(OUTPUT_RATIO, InFlightLoadProducer.DEFAULT_OUTPUT_RATIO, 0, MAX_RATIO));
        if (parameters.has(MAX_OUTPUT)) {
            builder.maxOutputTokens((int) parameters.integer(MAX_OUTPUT, Integer.MAX_VALUE, 1, Integer.MAX_VALUE));
        }
        // An empty name is the default one's, as in llm-d.
        if (semantics == Semantics.LLM_D
                && parameters.string(PREFIX_PRODUCER, "").isEmpty()) {
            return builder.build();
        }
        if (parameters.has(PREFIX_PRODUCER)) {
            builder.prefixProducer(parameters.requiredString(PREFIX_PRODUCER));
        }
        return builder.build();
    }
}
