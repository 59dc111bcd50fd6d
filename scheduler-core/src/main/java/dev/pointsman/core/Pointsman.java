// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.plugin.Plugin;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.config.Expectations;
import dev.pointsman.core.config.Finding;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.internal.assembly.Assembly;
import dev.pointsman.core.internal.assembly.Blueprint;
import dev.pointsman.core.internal.assembly.PluginTypes;
import dev.pointsman.core.internal.builtin.Times;
import dev.pointsman.core.internal.engine.Engine;
import dev.pointsman.core.internal.engine.RequestRules;
import dev.pointsman.core.profile.PluginRef;
import dev.pointsman.core.profile.Profile;
import dev.pointsman.core.profile.ShippedProfiles;
import dev.pointsman.core.request.ConditionalDecode;
import dev.pointsman.core.request.ModelRewrites;
import dev.pointsman.core.request.NamedObjectives;
import dev.pointsman.core.request.RequestHeaders;
import dev.pointsman.core.request.RequestSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides where inference requests run.
 *
 * <pre>{@code
 * Fleet fleet = Fleet.of(Endpoint.of("a", "10.0.0.7:8000"), Endpoint.of("b", "10.0.0.8:8000"));
 * Pointsman pointsman = Pointsman.builder(fleet).build();
 *
 * SchedulingOutcome outcome = pointsman.schedule(InferenceRequest.builder("req-1", "llama").text(prompt).build());
 * if (outcome instanceof Dispatch dispatch) {
 *     try (dispatch) {
 *         dispatch.completed(send(dispatch.target(), prompt));
 *     }
 * }
 * }</pre>
 *
 * <p>Thread-safe. It starts no thread, opens no socket and reads no clock but the one it was given. {@link #schedule} waits
 * for nothing outside: it runs to its end on the calling thread, in microseconds, whether that is an event loop, a platform thread or a
 * virtual one. The same seed, snapshot, load in flight and request give the same decision.
 */
public final class Pointsman implements AutoCloseable {
    private final Object lifecycle = new Object();
    private volatile Engine engine;
    private final @Nullable Configured configured;

    private Pointsman(Engine engine, @Nullable Configured configured) {
        this.engine = engine;
        this.configured = configured;
    }

    /** Starts a scheduler over a fleet; everything else has a default. */
    public static Builder builder(Fleet fleet) {
        return new Builder(requireNonNull(fleet, "fleet"));
    }

    /**
     * Decides where a request runs and reserves its load there.
     *
     * @return a dispatch, which the host must end, or why the request was refused
     */
    public SchedulingOutcome schedule(InferenceRequest request) {
        return engine.schedule(requireNonNull(request, "request"), false);
    }

    /** Decides like {@link #schedule} and has the outcome carry an explanation, at the cost of building it. */
    public SchedulingOutcome scheduleExplained(InferenceRequest request) {
        return engine.schedule(requireNonNull(request, "request"), true);
    }

    /**
     * Says what scheduling a request would come to now, and why: nothing is reserved and no observer is told. For
     * explanations, shadow policies and dry runs.
     */
    public Evaluation evaluate(InferenceRequest request) {
        return engine.evaluate(requireNonNull(request, "request"));
    }

    /**
     * Does the work that time has made due: leases that ran out, entries that expire. Hosts call it now and then, or when
     * {@link #nextDeadline} says.
     *
     * @param now nanoseconds of the scheduler's clock
     */
    public void maintain(long now) {
        engine.maintain(now);
    }

    /** Returns when {@link #maintain} will next have work, in nanoseconds of the scheduler's clock, or {@link Long#MAX_VALUE}. */
    public long nextDeadline() {
        return engine.nextDeadline();
    }

    /**
     * Returns the requests that this scheduler has put on an endpoint and that have not ended; 0 if the endpoint is not in the
     * fleet.
     */
    public long requestsInFlight(String endpointId) {
        return engine.requestsInFlight(requireNonNull(endpointId, "endpointId"));
    }

    /**
     * Returns the tokens of work that this scheduler has put on an endpoint and that are not done; 0 if the endpoint is not in
     * the fleet.
     */
    public long tokensInFlight(String endpointId) {
        return engine.tokensInFlight(requireNonNull(endpointId, "endpointId"));
    }

    /**
     * Goes on with another configuration. Requests that are being decided and dispatches under way end with the plugins that
     * they began with; whatever is scheduled after this returns uses the new ones, on the same fleet, load in flight, leases,
     * clock and seed. A plugin that both configurations declare alike (name, type and parameters) is the same instance before
     * and after, so what it knows, such as a prefix history, carries over; so do default producers.
     *
     * <p>Thread-safe; reloads wait for each other, nothing else does. Counts of {@link #failures} start anew.
     *
     * @throws dev.pointsman.core.config.ConfigurationException if it is wrong; then nothing has changed
     * @throws IllegalStateException if this scheduler was not built from a configuration, or is closed
     */
    public void reload(EndpointPickerConfig configuration) {
        requireNonNull(configuration, "configuration");
        Configured from = configured();
        synchronized (lifecycle) {
            engine = from.apply(configuration, engine::replacedBy);
        }
    }

    /**
     * Writes out the configuration that holds now: every plugin that runs, those added by default included, with every
     * parameter's value or default, and every weight. It is YAML, and reads back as the same configuration.
     *
     * @throws IllegalStateException if this scheduler was not built from a configuration
     */
    public String effectiveConfiguration() {
        return configured().effective();
    }

    /**
     * Looks for what the configuration allows and probably does not mean: scorers that decide nothing, profiles that never run,
     * prompts that are longer than what is matched of them.
     *
     * @param expected what the host knows of its traffic and metrics, such as {@code
     *     Expectations.NONE.longestPromptTokens(131_072)}
     * @return what was found, in the order of the file
     * @throws IllegalStateException if this scheduler was not built from a configuration
     */
    public List<Finding> findings(Expectations expected) {
        return configured().findings(requireNonNull(expected, "expected"));
    }

    private Configured configured() {
        if (configured == null) {
            throw new IllegalStateException("scheduler: was built in code, and not from a configuration.\n"
                    + "Maybe build it with Builder.configuration.");
        }
        return configured;
    }

    /** Returns how often a plugin has thrown, at least 0. */
    public long failures(String pluginName) {
        return engine.failures(requireNonNull(pluginName, "pluginName"));
    }

    /**
     * Stops listening to the fleet, so that this scheduler can be collected while the fleet lives on. Dispatches under way can
     * still be ended; scheduling another request throws {@link IllegalStateException}.
     */
    @Override
    public void close() {
        // Not while a reload puts another engine in the place of the one that is closed.
        synchronized (lifecycle) {
            engine.detach();
        }
    }

    /** Collects what a scheduler is made of; not thread-safe. */
    public static final class Builder {
        private final Fleet fleet;
        private final List<Profile> profiles = new ArrayList<>();
        private final List<PluginRef> plugins = new ArrayList<>();
        private final List<PluginFactory> factories = new ArrayList<>();
        private @Nullable PluginRef handler;
        private @Nullable ClassLoader discovery;
        private @Nullable EndpointPickerConfig configuration;
        private LongSupplier clock = System::nanoTime;
        private long seed;
        private boolean failFast;
        private long leaseNanos;
        private int explainOneIn;
        private RequestSettings requests = RequestSettings.NONE;
        private @Nullable SignalAge signalAge = SignalAge.DEFAULT;
        private @Nullable DecisionBudget budget;

        private Builder(Fleet fleet) {
            this.fleet = fleet;
        }

        /** Adds a profile; without any, there is {@link ShippedProfiles#defaultProfile()}. */
        public Builder profile(Profile profile) {
            profiles.add(requireNonNull(profile, "profile"));
            return this;
        }

        /**
         * Adds a shipped profile.
         *
         * @throws IllegalArgumentException if {@link ShippedProfiles} has none of that name
         */
        public Builder profile(String shippedName) {
            Profile shipped = ShippedProfiles.find(shippedName);
            if (shipped == null) {
                throw ParameterException.unknown("profile", "shipped profile", shippedName, ShippedProfiles.names());
            }
            return profile(shipped);
        }

        /**
         * Takes plugins, profiles and handler from a configuration; profiles and a handler in code are refused then. Plugins
         * added in code are there besides those declared, and outlive each {@linkplain Pointsman#reload reload}.
         */
        public Builder configuration(EndpointPickerConfig configuration) {
            this.configuration = requireNonNull(configuration, "configuration");
            return this;
        }

        /** Sets what says which profiles run; needed with more than one. */
        public Builder profileHandler(PluginRef handler) {
            this.handler = requireNonNull(handler, "handler");
            return this;
        }

        /** Adds a plugin besides those that profiles name: a producer, a screener, an admission, an observer. */
        public Builder plugin(String name, Plugin plugin) {
            return plugin(PluginRef.instance(name, plugin));
        }

        /** Adds a plugin of a type, under a name that profiles may use. */
        public Builder plugin(String name, String type, Map<String, ?> parameters) {
            return plugin(PluginRef.type(name, type, parameters));
        }

        /** Adds a plugin. */
        public Builder plugin(PluginRef plugin) {
            plugins.add(requireNonNull(plugin, "plugin"));
            return this;
        }

        /** Adds a plugin type, which wins over a built-in or discovered one of the same name. */
        public Builder factory(PluginFactory factory) {
            factories.add(requireNonNull(factory, "factory"));
            return this;
        }

        /** Looks for plugin types through {@link java.util.ServiceLoader}. */
        public Builder discoverPlugins(ClassLoader loader) {
            this.discovery = requireNonNull(loader, "loader");
            return this;
        }

        /**
         * Sets which models requests really run on, and has the header {@value RequestHeaders#MODEL_REWRITE} obeyed. A {@link
         * dev.pointsman.api.decision.Dispatch#request} then asks for the model that was drawn. Rules of a configuration replace
         * these.
         */
        public Builder modelRewrites(ModelRewrites rewrites) {
            requests = new RequestSettings(requireNonNull(rewrites, "rewrites"), null, null).orElse(requests);
            return this;
        }

        /**
         * Sets what the names of objectives are worth, and has requests' {@linkplain RequestHeaders headers} read: priority, fairness
         * id and the times to keep. Without this they are read only under a configuration, whose own names replace these.
         */
        public Builder objectives(NamedObjectives objectives) {
            requests = new RequestSettings(null, requireNonNull(objectives, "objectives"), null).orElse(requests);
            return this;
        }

        /**
         * Has a request that prefers an answer {@linkplain ConditionalDecode if it is available} refused where nothing of its
         * prompt is cached. Without this it is done only under a configuration, whose own choice of producers replaces this.
         */
        public Builder conditionalDecode(ConditionalDecode conditionalDecode) {
            requests = new RequestSettings(null, null, requireNonNull(conditionalDecode, "conditionalDecode"))
                    .orElse(requests);
            return this;
        }

        /**
         * Sets the clock, {@link System#nanoTime} by default.
         *
         * @param clock nanoseconds since some fixed time; never goes back
         */
        public Builder clock(LongSupplier clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets the seed of every draw, 0 by default. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Has a request refused when a plugin throws, instead of going on without the plugin. */
        public Builder failFast() {
            this.failFast = true;
            return this;
        }

        /**
         * Ends dispatches that give no sign of life for a while; without leases a dispatch lives until it is ended. Leases end
         * when the host calls {@link Pointsman#maintain}, and not before.
         *
         * @param lease how long; positive
         */
        public Builder leases(Duration lease) {
            this.leaseNanos = Times.positiveNanos(
                    "lease", lease, "Maybe leave leases out; then dispatches live until they are ended.");
            return this;
        }

        /**
         * Sets how scores fade with the age of the signals that they come from; {@link SignalAge#DEFAULT} by default. A configuration
         * with llm-d's semantics counts signals in full, whatever is set here.
         */
        public Builder signalAge(SignalAge age) {
            this.signalAge = requireNonNull(age, "age");
            return this;
        }

        /** Has scores count in full, however old the signals are that they come from. */
        public Builder ignoreSignalAge() {
            this.signalAge = null;
            return this;
        }

        /** Sets how long a decision may take, and what it goes without then; by default it takes what it takes. */
        public Builder budget(DecisionBudget budget) {
            this.budget = requireNonNull(budget, "budget");
            return this;
        }

        /**
         * Has one in some decisions carry an explanation; which ones is drawn from the request's id.
         *
         * @param n 1 for every decision, 100 for one in a hundred, 0 for none, the default
         */
        public Builder explainOneIn(int n) {
            if (n < 0) {
                throw new IllegalArgumentException("explainOneIn: must be at least 0, but was " + n
                        + ".\nMaybe 0, for none; single decisions can be explained with scheduleExplained.");
            }
            this.explainOneIn = n;
            return this;
        }

        /**
         * Builds the scheduler, which from now on listens to the fleet.
         *
         * @throws IllegalArgumentException if a plugin is not found or not of the right kind, a parameter is wrong, data is read
         *     that nobody produces, or producers wait for each other
         */
        public Pointsman build() {
            Engine.Settings settings =
                    new Engine.Settings(fleet, clock, seed, failFast, leaseNanos, explainOneIn, signalAge, budget);
            if (configuration != null) {
                if (!profiles.isEmpty() || handler != null) {
                    throw new IllegalArgumentException("scheduler: has a configuration, and "
                            + (handler != null ? "a profile handler" : "profiles")
                            + " in code as well.\nMaybe declare them in the configuration.");
                }
                Configured configured = new Configured(factories, discovery, plugins, requests);
                Engine engine =
                        configured.apply(configuration, (blueprint, rules) -> new Engine(settings, blueprint, rules));
                return new Pointsman(engine, configured);
            }
            List<Profile> used = profiles.isEmpty() ? List.of(ShippedProfiles.defaultProfile()) : profiles;
            PluginTypes types = new PluginTypes(BuiltInPlugins.factories(), factories, discovery);
            Assembly assembly = new Assembly(types, Map.of(), plugins, used, handler);
            Blueprint blueprint = assembly.build();
            RequestRules rules = RequestRules.of(requests, assembly.plugins().values());
            rules.requireProducers(blueprint.keys());
            return new Pointsman(new Engine(settings, blueprint, rules), null);
        }
    }
}
