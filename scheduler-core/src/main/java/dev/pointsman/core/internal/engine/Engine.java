// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Evaluation;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.SchedulingDecision;
import dev.pointsman.api.decision.SchedulingOutcome;
import dev.pointsman.api.fleet.FleetListener;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.AsyncDataProducer;
import dev.pointsman.api.plugin.Maintained;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.api.plugin.RequestDecorator;
import dev.pointsman.api.plugin.SchedulingObserver;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.DecisionBudget;
import dev.pointsman.core.SignalAge;
import dev.pointsman.core.fleet.Fleet;
import dev.pointsman.core.internal.assembly.Blueprint;
import dev.pointsman.core.internal.assembly.Named;
import dev.pointsman.core.internal.guard.IsolatedListeners;
import dev.pointsman.core.internal.guard.ObserverEvents;
import dev.pointsman.core.internal.guard.PluginGuard;
import dev.pointsman.core.internal.inflight.ActiveDispatch;
import dev.pointsman.core.internal.inflight.DispatchEvents;
import dev.pointsman.core.internal.inflight.Lease;
import dev.pointsman.core.internal.inflight.Leases;
import dev.pointsman.core.internal.inflight.LoadCell;
import dev.pointsman.core.internal.inflight.LoadLedger;
import dev.pointsman.core.internal.inflight.Reservation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests their way: screeners, producers, admission, profiles, reservation, dispatch. Thread-safe; each request has a
 * cycle of its own, and what is shared is immutable or lock-free, but for the lock that ends a streak of lost reservations.
 */
public final class Engine {
    /** How many reservations a request may lose to others before it takes the lock. */
    private static final int CONFLICTS_BEFORE_LOCK = 3;
    /**
     * How many it may lose under the lock before it reserves whatever came. Others stay out then, but for those that were past
     * looking at the lock, failovers, and profiles that nobody guards; these must not keep a request from ever ending.
     */
    private static final int CONFLICTS_UNDER_LOCK = 16;

    private final Settings settings;
    private final Fleet fleet;
    private final LongSupplier clock;
    private final long seed;
    private final long explainOneIn;
    private final Blueprint blueprint;
    private final RequestRules rules;
    private final @Nullable CachedOnly cachedOnly;
    private final PluginGuard guard;
    private final CyclePool cycles;
    private final LoadLedger ledger;
    private final LoadView load;
    private final DispatchEvents events;
    private final FleetListener listener;
    private final ReentrantLock reservationLock;
    private final @Nullable Leases leases;
    private final @Nullable SignalFade signalFade;
    private final @Nullable TimeBudget budget;
    private volatile boolean detached;

    /**
     * Makes an engine, which from now on listens to the fleet.
     *
     * @param settings what it is made with besides plugins
     * @param blueprint its plugins
     * @param rules what is done about requests around their scheduling
     */
    public Engine(Settings settings, Blueprint blueprint, RequestRules rules) {
        this(settings, blueprint, rules, null);
        fleet.addListener(listener);
    }

    private Engine(Settings settings, Blueprint blueprint, RequestRules rules, @Nullable Engine before) {
        this.rules = rules;
        cachedOnly = CachedOnly.of(rules.conditional(), blueprint.keys());
        this.settings = settings;
        this.fleet = settings.fleet();
        this.clock = settings.clock();
        this.seed = settings.seed();
        this.explainOneIn = settings.explainOneIn();
        this.blueprint = blueprint;
        // Load in flight and leases outlive the plugins that put them there.
        this.ledger = before != null ? before.ledger : new LoadLedger();
        this.reservationLock = before != null ? before.reservationLock : new ReentrantLock();
        this.leases =
                before != null ? before.leases : settings.leaseNanos() > 0 ? new Leases(settings.leaseNanos()) : null;
        guard = new PluginGuard(clock, settings.failFast(), blueprint.observers());
        SignalAge age = settings.signalAge();
        signalFade = age == null ? null : new SignalFade(age);
        DecisionBudget limit = settings.budget();
        budget = limit == null
                ? null
                : new TimeBudget(
                        limit,
                        blueprint.producers().stream()
                                .map(production -> production.producer().name())
                                .toList());
        cycles = new CyclePool(blueprint);
        load = new LoadView(ledger, blueprint.keys());
        events = new ObserverEvents(clock, ledger, guard, blueprint.decorators());
        listener = new IsolatedListeners(ledger, blueprint.fleetListeners(), guard);
    }

    /**
     * Makes the engine that takes over: with other plugins, over the same fleet and the same load in flight. From when this
     * returns only the new one follows the fleet; requests that this one is deciding, and dispatches under way, end with the
     * plugins that they began with. A plugin that both have is not told again who is in the fleet, so it keeps what it knows.
     */
    @SuppressWarnings("ReferenceEquality") // What a listener knows is its own, whatever it says that it equals.
    public Engine replacedBy(Blueprint next, RequestRules rules) {
        requireAttached();
        Engine engine = new Engine(settings, next, rules, this);
        ImmutableList<Named<FleetListener>> newcomers = next.fleetListeners().stream()
                .filter(listener ->
                        blueprint.fleetListeners().stream().noneMatch(known -> known.plugin() == listener.plugin()))
                .collect(ImmutableList.toImmutableList());
        fleet.replaceListener(
                listener, engine.listener, new IsolatedListeners(new LoadLedger(), newcomers, engine.guard));
        return engine;
    }

    /** Stops listening to the fleet, and refuses to decide from now on. */
    public void detach() {
        detached = true;
        fleet.removeListener(listener);
    }

    /** Schedules a request and reserves its load. */
    public SchedulingOutcome schedule(InferenceRequest request, boolean explain) {
        Cycle cycle = acquire();
        try {
            cycle.begin(rules.prepare(request, seed), fleet.snapshot(), clock.getAsLong(), seed, false);
            Account account = explain || sampled(cycle) ? new Account() : null;
            noteRewrite(request, cycle, account);
            Rejection rejection = choose(cycle, account, true);
            if (rejection != null) {
                return rejected(cycle, account, rejection);
            }
            return dispatch(cycle, account);
        } finally {
            cycle.end();
            cycles.release(cycle);
        }
    }

    /** Says what scheduling a request would come to. */
    public Evaluation evaluate(InferenceRequest request) {
        Cycle cycle = acquire();
        try {
            cycle.begin(rules.prepare(request, seed), fleet.snapshot(), clock.getAsLong(), seed, true);
            Account account = new Account();
            noteRewrite(request, cycle, account);
            Rejection rejection = choose(cycle, account, false);
            if (rejection != null) {
                Rejection explained = rejection.explained(account.tell(cycle, seed, outcome(rejection)));
                return new Evaluation(null, explained, requireNonNull(explained.explanation()));
            }
            SchedulingDecision decision = decide(cycle, account);
            return new Evaluation(decision, null, requireNonNull(decision.explanation()));
        } finally {
            cycle.end();
            cycles.release(cycle);
        }
    }

    private Cycle acquire() {
        requireAttached();
        return cycles.acquire();
    }

    /** One that is detached would decide on loads and caches that no longer follow the fleet. */
    private void requireAttached() {
        if (detached) {
            throw new IllegalStateException("scheduler: is closed and no longer follows its fleet.\n"
                    + "Maybe schedule with the one that replaced it.");
        }
    }

    /** Does what time has made due. */
    public void maintain(long now) {
        if (leases != null) {
            leases.sweep(now);
        }
        for (Named<Maintained> maintained : blueprint.maintained()) {
            try {
                maintained.plugin().maintain(now);
            } catch (Throwable thrown) {
                guard.isolate(maintained.name(), thrown);
            }
        }
    }

    /** Returns when something will next be due. */
    public long nextDeadline() {
        long next = leases == null ? Long.MAX_VALUE : leases.nextDeadline();
        for (Named<Maintained> maintained : blueprint.maintained()) {
            try {
                next = Math.min(next, maintained.plugin().nextDeadline());
            } catch (Throwable thrown) {
                guard.isolate(maintained.name(), thrown);
            }
        }
        return next;
    }

    private boolean sampled(Cycle cycle) {
        return explainOneIn == 1
                || (explainOneIn > 1
                        && Long.remainderUnsigned(
                                        cycle.draw().forPurpose("explain").bits(0), explainOneIn)
                                == 0);
    }

    /** Takes a request as far as a folded draft, or to why there is none. */
    private @Nullable Rejection choose(Cycle cycle, @Nullable Account account, boolean reserve) {
        try {
            if (cycle.fleet().size() == 0) {
                return Rejection.of(Rejection.Reason.NO_ENDPOINTS, "the fleet has no endpoint", null);
            }
            Rejection screened = screen(cycle, account);
            if (screened != null) {
                return screened;
            }
            if (blueprint.loadReadOutsideProfiles()) {
                load.read(cycle, cycle.candidates, null);
            }
            produce(cycle, account);
            Rejection refused = admit(cycle);
            refused = refused != null ? refused : runProfiles(cycle, account, reserve);
            return refused != null || cachedOnly == null ? refused : cachedOnly.check(cycle);
        } catch (PluginGuard.PluginFailure failure) {
            return Rejection.of(
                    Rejection.Reason.PLUGIN_FAILED,
                    "plugin " + failure.plugin() + " failed, and plugins are to fail fast: " + failure.getCause(),
                    failure.plugin());
        }
    }

    private static void noteRewrite(InferenceRequest asked, Cycle cycle, @Nullable Account account) {
        String model = cycle.request().model();
        if (account != null && !model.equals(asked.model())) {
            account.note("model " + asked.model() + " was rewritten to " + model);
        }
    }

    private @Nullable Rejection screen(Cycle cycle, @Nullable Account account) {
        if (blueprint.screeners().isEmpty()) {
            return null;
        }
        // Marks of all screeners add up: each sees all endpoints, and one that any removes is out.
        String last = "";
        for (int i = 0; i < blueprint.screeners().size(); i++) {
            Named<Screener> screener = blueprint.screeners().get(i);
            int before = cycle.candidates.marked();
            try {
                screener.plugin().screen(cycle, cycle.candidates);
            } catch (Throwable thrown) {
                failed(cycle, screener.name(), thrown);
                return Rejection.of(
                        Rejection.Reason.PLUGIN_FAILED,
                        "screener " + screener.name() + " failed, so what it keeps out is not known: " + thrown,
                        screener.name());
            }
            int out = cycle.candidates.marked() - before;
            last = out > 0 ? screener.name() : last;
            if (account != null && out > 0) {
                account.note("screener " + screener.name() + " kept out " + out + " of "
                        + cycle.fleet().size() + " endpoints");
            }
        }
        int all = cycle.candidates.size();
        cycle.candidates.commit();
        if (cycle.candidates.size() > 0) {
            return null;
        }
        return Rejection.of(
                Rejection.Reason.SCREENED_OUT,
                "screeners left none of " + all + " endpoints; " + last + " kept out the last ones",
                last);
    }

    private void produce(Cycle cycle, @Nullable Account account) {
        for (int i = 0; i < blueprint.producers().size(); i++) {
            Blueprint.Production production = blueprint.producers().get(i);
            if (budget != null && !budget.allows(i, cycle, clock)) {
                skipped(cycle, production.producer().name(), account);
                continue;
            }
            cycle.allowWriting(production.writes());
            cycle.takeNotes("producer ", production.producer().name(), account);
            try {
                production.producer().plugin().produce(cycle, cycle.candidates);
            } catch (Throwable thrown) {
                cycle.takeBack(production.writes());
                failed(cycle, production.producer().name(), thrown);
                if (account != null) {
                    account.note(
                            "producer " + production.producer().name() + " failed, its data is missing: " + thrown);
                }
            }
            if (budget != null) {
                budget.spent(i, cycle, clock);
            }
        }
        cycle.allowNoWriting();
        if (account != null) {
            for (Named<AsyncDataProducer> producer : blueprint.asyncProducers()) {
                account.note("producer " + producer.name()
                        + " is asynchronous and was not waited for, so its data is missing");
            }
        }
    }

    private void skipped(Cycle cycle, String producer, @Nullable Account account) {
        if (account != null) {
            account.note("producer " + producer + " was skipped for the time budget, so its data is missing");
        }
        if (!cycle.rehearsal()) {
            guard.tell(observer -> observer.counted("scheduler", "time-budget.skipped-producers", producer, 1));
        }
    }

    private @Nullable Rejection admit(Cycle cycle) {
        for (int i = 0; i < blueprint.admissions().size(); i++) {
            Named<Admission> admission = blueprint.admissions().get(i);
            try {
                Rejection refusal = admission.plugin().admit(cycle, cycle.candidates);
                if (refusal != null) {
                    return refusal;
                }
            } catch (Throwable thrown) {
                failed(cycle, admission.name(), thrown);
            }
        }
        return null;
    }

    private @Nullable Rejection runProfiles(Cycle cycle, @Nullable Account account, boolean reserve) {
        Named<ProfileHandler> handler = blueprint.handler();
        try {
            Rejection rejection = handler.plugin().choosesTogether()
                    ? runTogether(cycle, account, handler, reserve)
                    : runInTurn(cycle, account, handler, reserve, false);
            if (rejection == null) {
                decorate(cycle, cycle.draft());
            }
            return rejection;
        } catch (PluginGuard.PluginFailure failure) {
            throw failure;
        } catch (Throwable thrown) {
            failed(cycle, handler.name(), thrown);
            return Rejection.of(
                    Rejection.Reason.NO_DECISION,
                    "profile handler " + handler.name() + " failed: " + thrown,
                    handler.name());
        }
    }

    /** Runs profiles without reserving and folds, until all that was folded is reserved, or there is nothing to fold. */
    private @Nullable Rejection runTogether(
            Cycle cycle, @Nullable Account account, Named<ProfileHandler> handler, boolean reserve) {
        int conflicts = 0;
        boolean locked = false;
        try {
            while (true) {
                int before = account == null ? 0 : account.size();
                Rejection rejection = runInTurn(cycle, account, handler, false, true);
                if (rejection != null || !reserve) {
                    return rejection;
                }
                int noted = account == null ? 0 : account.size();
                boolean whateverCame = conflicts >= CONFLICTS_BEFORE_LOCK + CONFLICTS_UNDER_LOCK;
                switch (reserveTogether(cycle.draft(), account, locked, whateverCame)) {
                    case YES -> {
                        return null;
                    }
                    case GONE -> {}
                    case CONFLICT -> conflicts++;
                    case CONTENDED -> conflicts = CONFLICTS_BEFORE_LOCK;
                }
                for (ProfileRun run : cycle.runs) {
                    run.giveBack();
                }
                cycle.order.reset();
                if (account != null) {
                    account.forget(before, noted); // All is chosen again, for reasons of then.
                }
                if (!locked && conflicts >= CONFLICTS_BEFORE_LOCK) {
                    reservationLock.lock();
                    locked = true;
                }
            }
        } finally {
            if (locked) {
                reservationLock.unlock();
            }
        }
    }

    /** Reserves all legs, or as many as it can until one fails. */
    private ProfileRun.Reserved reserveTogether(
            Draft draft, @Nullable Account account, boolean locked, boolean whateverCame) {
        ProfileRun.Reserved reserved = reserve(draft.primaryRun(), account, locked, whateverCame);
        for (ProfileRun run : draft.otherRuns()) {
            if (reserved == ProfileRun.Reserved.YES) {
                // What the primary leg has just put on the same endpoint is no other request's.
                boolean same = run.chosen().target().slot()
                        == draft.primaryRun().chosen().target().slot();
                reserved = reserve(run, account, locked, whateverCame || same);
            }
        }
        return reserved;
    }

    /** Takes a request through its profiles and the folding of their results. */
    private @Nullable Rejection runInTurn(
            Cycle cycle, @Nullable Account account, Named<ProfileHandler> handler, boolean reserve, boolean together) {
        List<String> next = next(cycle, account, handler);
        while (!next.isEmpty()) {
            for (String profile : next) {
                ProfileRun run = cycle.order.run(profile);
                if (run == null || cycle.order.hasRun(run)) {
                    throw new IllegalStateException("profile " + profile + ": "
                            + (run == null ? "is not declared" : "has run already")
                            + ", so handler " + handler.name()
                            + " cannot run it.\nMaybe return an empty list to stop.");
                }
                // Before it runs: if it fails the request, the explanation shows how far it came.
                cycle.order.add(run);
                runProfile(run, account, reserve);
            }
            next = next(cycle, account, handler);
        }
        Draft draft = new Draft(cycle.order, together);
        handler.plugin().fold(cycle, cycle.order, draft);
        cycle.draft = draft;
        if (draft.rejection() != null) {
            return draft.rejection();
        }
        if (!draft.hasPrimary()) {
            return Rejection.of(
                    Rejection.Reason.NO_DECISION,
                    "profile handler " + handler.name() + " named no profile as the one that answers",
                    handler.name());
        }
        return null;
    }

    private List<String> next(Cycle cycle, @Nullable Account account, Named<ProfileHandler> handler) {
        cycle.allowWriting(blueprint.handlerWrites());
        cycle.takeNotes("profile handler ", handler.name(), account);
        List<String> next = handler.plugin().next(cycle, cycle.order);
        cycle.allowNoWriting();
        return next;
    }

    /** Has the plugins that write request headers do so; one that throws costs its own headers only. */
    private void decorate(Cycle cycle, Draft draft) {
        if (blueprint.requestDecorators().isEmpty()) {
            return;
        }
        Leg primary = draft.primaryLeg();
        List<Leg> others = List.copyOf(draft.otherLegs());
        for (Named<RequestDecorator> decorator : blueprint.requestDecorators()) {
            Map<String, String> own = new LinkedHashMap<>();
            try {
                decorator.plugin().decorate(cycle, primary, others, own);
                own.forEach(draft::header);
            } catch (Throwable thrown) {
                failed(cycle, decorator.name(), thrown);
            }
        }
    }

    /** Runs one profile until what it picked is reserved, or it has nothing to pick. */
    private void runProfile(ProfileRun run, @Nullable Account account, boolean reserve) {
        int conflicts = 0;
        boolean locked = false;
        try {
            for (int attempt = 1; ; attempt++) {
                run.run(this, attempt, account != null);
                if (!reserve || run.leg() == null) {
                    return;
                }
                switch (reserve(run, account, locked, conflicts >= CONFLICTS_BEFORE_LOCK + CONFLICTS_UNDER_LOCK)) {
                    case YES -> {
                        return;
                    }
                    case GONE -> {}
                    case CONFLICT -> conflicts++;
                    case CONTENDED -> conflicts = CONFLICTS_BEFORE_LOCK;
                }
                if (!locked && conflicts >= CONFLICTS_BEFORE_LOCK) {
                    reservationLock.lock();
                    locked = true;
                }
            }
        } finally {
            if (locked) {
                reservationLock.unlock();
            }
        }
    }

    private ProfileRun.Reserved reserve(
            ProfileRun run, @Nullable Account account, boolean locked, boolean whateverCame) {
        ProfileRun.Reserved reserved = run.reserve(this, locked, whateverCame);
        if (reserved == ProfileRun.Reserved.GONE && account != null) {
            account.note(
                    "endpoint " + run.chosen().target().endpoint().id() + " left the fleet while it was being chosen");
        }
        return reserved;
    }

    private SchedulingDecision decide(Cycle cycle, @Nullable Account account) {
        Draft draft = cycle.draft();
        Leg primary = draft.primaryLeg();
        List<Leg> others = draft.otherLegs();
        String requestId = cycle.request().id();
        return new SchedulingDecision(
                requestId,
                primary,
                others,
                draft.headers(),
                account == null ? null : account.tell(cycle, seed, outcome(cycle, primary, others)));
    }

    private SchedulingOutcome dispatch(Cycle cycle, @Nullable Account account) {
        SchedulingDecision decision = decide(cycle, account);
        Draft draft = cycle.draft();
        ProfileRun primaryRun = draft.primaryRun();
        long[] promptTokens = primaryRun.promptTokensByChoice(this);
        List<Reservation> others = List.of();
        if (!draft.otherRuns().isEmpty()) {
            others = new ArrayList<>(draft.otherRuns().size());
            for (ProfileRun run : draft.otherRuns()) {
                // Only the leg that answers writes output.
                run.reservation().withoutOutput();
                if (!draft.readsPrompt(run)) {
                    run.reservation().promptRead();
                }
                others.add(run.reservation());
            }
        }
        if (!draft.readsPrompt(primaryRun)) {
            primaryRun.reservation().promptRead();
        }
        Lease lease = leases == null ? null : leases.grant(cycle.now());
        ActiveDispatch dispatch = new ActiveDispatch(
                events,
                cycle.request(),
                decision,
                cycle.now(),
                promptTokens,
                load.outputTokens(cycle),
                primaryRun.reservation(),
                others,
                lease);
        // From here on the dispatch releases what was reserved; until here, whatever fails, the runs do.
        primaryRun.handOver();
        for (ProfileRun run : draft.otherRuns()) {
            run.handOver();
        }
        try {
            tellDispatched(cycle, dispatch);
            if (leases != null && lease != null) {
                leases.watch(lease);
            }
        } catch (Throwable thrown) {
            // Only the machine's own trouble comes this far. Nobody will get the dispatch, so nobody else could end it.
            dispatch.close();
            throw thrown;
        }
        return dispatch;
    }

    private void tellDispatched(Cycle cycle, Dispatch dispatch) {
        for (int i = 0; i < blueprint.observers().size(); i++) {
            Named<SchedulingObserver> observer = blueprint.observers().get(i);
            try {
                observer.plugin().dispatched(cycle, dispatch);
            } catch (Throwable thrown) {
                guard.isolate(observer.name(), thrown);
            }
        }
    }

    private Rejection rejected(Cycle cycle, @Nullable Account account, Rejection rejection) {
        Rejection told =
                account == null ? rejection : rejection.explained(account.tell(cycle, seed, outcome(rejection)));
        guard.tell(observer -> observer.rejected(cycle, told));
        return told;
    }

    private static String outcome(Cycle cycle, Leg primary, List<Leg> others) {
        StringBuilder outcome = new StringBuilder()
                .append(cycle.rehearsal() ? "would go to " : "sent to ")
                .append(primary.target().endpoint().id())
                .append(" by profile ")
                .append(primary.profile());
        for (Leg other : others) {
            outcome.append(", ")
                    .append(other.profile())
                    .append(" on ")
                    .append(other.target().endpoint().id());
        }
        return outcome.toString();
    }

    private static String outcome(Rejection rejection) {
        return "refused (" + rejection.reason() + "): " + rejection.detail();
    }

    /** Notes that a plugin threw while a decision was being made; ends the request if plugins are to fail fast. */
    void failed(Cycle cycle, String plugin, Throwable thrown) {
        guard.failed(plugin, thrown, !cycle.rehearsal());
    }

    void scoresAdjusted(Cycle cycle, String scorer, int clamped, int missing) {
        if (!cycle.rehearsal() && !blueprint.observers().isEmpty()) {
            guard.tell(observer -> observer.scoresAdjusted(scorer, clamped, missing));
        }
    }

    /** Returns how scores fade with the age of signals, or null if they do not. */
    @Nullable
    SignalFade signalFade() {
        return signalFade;
    }

    LoadView load() {
        return load;
    }

    ReentrantLock reservationLock() {
        return reservationLock;
    }

    /** Returns the requests in flight on an endpoint. */
    public long requestsInFlight(String endpointId) {
        LoadCell cell = cellOf(endpointId);
        return cell == null ? 0 : cell.requests();
    }

    /** Returns the tokens in flight on an endpoint. */
    public long tokensInFlight(String endpointId) {
        LoadCell cell = cellOf(endpointId);
        return cell == null ? 0 : cell.tokens();
    }

    private @Nullable LoadCell cellOf(String endpointId) {
        FleetSnapshot snapshot = fleet.snapshot();
        int slot = snapshot.slotOf(endpointId);
        return slot < 0 ? null : ledger.cell(slot, snapshot.incarnation(slot));
    }

    /** Returns how often a plugin has failed. */
    public long failures(String plugin) {
        return guard.failures(plugin);
    }

    /**
     * What a scheduler is built with besides plugins.
     *
     * @param leaseNanos how long a dispatch lives without a sign of life, or 0 for as long as it takes
     * @param explainOneIn 1 explains every decision, n one in n, 0 none
     * @param signalAge how scores fade with the age of signals, or null if they do not
     * @param budget what a decision may take, or null for whatever it takes
     */
    public record Settings(
            Fleet fleet,
            LongSupplier clock,
            long seed,
            boolean failFast,
            long leaseNanos,
            long explainOneIn,
            @Nullable SignalAge signalAge,
            @Nullable DecisionBudget budget) {}
}
