// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.core.internal.assembly.Blueprint;
import dev.pointsman.core.internal.assembly.KeySpace;
import org.jspecify.annotations.Nullable;

/**
 * All that one request needs while it is being scheduled. Reused by one request after another, so its arrays grow to what
 * the fleet needs and stay; used by one thread at a time.
 */
final class Cycle implements ProductionCycle {
    private static final Draw NO_DRAW = Draw.of(0, "");
    private static final boolean[] NOTHING = new boolean[0];

    final CandidateList candidates;
    final ProfileRun[] runs;
    final RunOrder order;

    @Nullable
    Draft draft;

    private final KeySpace keys;
    private final @Nullable Object[] values;
    private final boolean[] present;
    private boolean[] writable = NOTHING;

    private @Nullable InferenceRequest request;
    private @Nullable FleetSnapshot fleet;
    private Draw draw = NO_DRAW;
    private long now;
    private int promptTokens;
    private long producerBegan;
    private boolean rehearsal;

    /** Where the plugin that runs may say something, and who it is; null if nobody asked for an explanation. */
    private @Nullable Account account;

    private String writerKind = "";
    private String writer = "";

    Cycle(Blueprint blueprint) {
        keys = blueprint.keys();
        values = new Object[keys.size()];
        present = new boolean[keys.size()];
        for (int i = 0; i < values.length; i++) {
            DataKey key = keys.key(i);
            if (key instanceof LongColumnKey) {
                values[i] = new LongValues();
            } else if (key instanceof DoubleColumnKey) {
                values[i] = new DoubleValues();
            }
        }
        candidates = new CandidateList(this);
        runs = new ProfileRun[blueprint.profiles().size()];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = new ProfileRun(this, blueprint.profiles().get(i));
        }
        order = new RunOrder(blueprint.profileNames(), runs);
    }

    /**
     * Takes up a request.
     *
     * @param rehearsal whether it is only evaluated, so that no observer is to hear of it
     */
    void begin(InferenceRequest request, FleetSnapshot fleet, long now, long seed, boolean rehearsal) {
        this.request = request;
        // Read once, before anything is reserved: the view of the tokens is the host's code.
        this.promptTokens = request.prompt().tokenCount();
        this.fleet = fleet;
        this.now = now;
        this.rehearsal = rehearsal;
        draw = Draw.of(seed, request.id());
        candidates.takeFleet();
    }

    /** Forgets the request, and with it everything that plugins wrote. */
    void end() {
        request = null;
        fleet = null;
        draw = NO_DRAW;
        for (int i = 0; i < present.length; i++) {
            takeBack(i);
        }
        for (ProfileRun run : runs) {
            run.reset();
        }
        order.reset();
        draft = null;
        allowNoWriting(); // A plugin that threw may have left its leave to write, and the account of this request.
    }

    /** Lets the plugin that runs next write under some keys and no others. */
    void allowWriting(boolean[] keyNumbers) {
        writable = keyNumbers;
    }

    /** Has what the plugin that runs next says taken down under its name; null if nobody asked for an explanation. */
    void takeNotes(String kind, String writer, @Nullable Account account) {
        this.writerKind = kind;
        this.writer = writer;
        this.account = account;
    }

    /** Notes when a producer began whose time is kept. */
    void producerBegan(long time) {
        producerBegan = time;
    }

    /** Returns when the producer began whose time is kept. */
    long producerBegan() {
        return producerBegan;
    }

    /** Lets nobody write until the next producer runs. */
    void allowNoWriting() {
        writable = NOTHING;
        account = null;
    }

    /** Tells whether the request is only evaluated. */
    boolean rehearsal() {
        return rehearsal;
    }

    /** Takes back what was written under some keys. */
    void takeBack(boolean[] keyNumbers) {
        for (int i = 0; i < keyNumbers.length; i++) {
            if (keyNumbers[i]) {
                takeBack(i);
            }
        }
    }

    private void takeBack(int number) {
        present[number] = false;
        if (keys.key(number) instanceof AttributeKey<?>) {
            values[number] = null;
        }
    }

    @Override
    public InferenceRequest request() {
        return inUse(request);
    }

    @Override
    public FleetSnapshot fleet() {
        return inUse(fleet);
    }

    /** Returns the prompt's length in tokens, as the host says. */
    int promptTokens() {
        return promptTokens;
    }

    Draft draft() {
        return inUse(draft);
    }

    private static <T> T inUse(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("scheduling cycle: its request is done.\n"
                    + "Maybe a plugin kept the cycle or a candidate; both are valid only during the call.");
        }
        return value;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Draw draw() {
        return draw;
    }

    @Override
    public <T> @Nullable T attribute(AttributeKey<T> key) {
        int number = keys.number(key);
        return number >= 0 && present[number] ? key.type().cast(values[number]) : null;
    }

    @Override
    public LongColumn column(LongColumnKey key) {
        int number = keys.number(key);
        return number >= 0 && present[number] && values[number] instanceof LongValues column ? column : LongValues.NONE;
    }

    @Override
    public DoubleColumn column(DoubleColumnKey key) {
        int number = keys.number(key);
        return number >= 0 && present[number] && values[number] instanceof DoubleValues column
                ? column
                : DoubleValues.NONE;
    }

    @Override
    public <T> void put(AttributeKey<T> key, T value) {
        int number = declared(key);
        values[number] = key.type().cast(value);
        present[number] = true;
    }

    @Override
    public LongColumn.Writable fill(LongColumnKey key) {
        return fillLongs(declared(key));
    }

    @Override
    public DoubleColumn.Writable fill(DoubleColumnKey key) {
        int number = declared(key);
        DoubleValues column = (DoubleValues) inUse(values[number]);
        column.begin(fleet().slotLimit());
        present[number] = true;
        return column;
    }

    /** Fills a column of the engine's own. */
    LongValues fillLongs(int number) {
        LongValues column = (LongValues) inUse(values[number]);
        column.begin(fleet().slotLimit());
        present[number] = true;
        return column;
    }

    @Override
    public boolean explaining() {
        return account != null;
    }

    @Override
    public void note(String note) {
        if (account != null) {
            account.note(writerKind + writer + ": " + note);
        }
    }

    private int declared(DataKey key) {
        int number = keys.number(key);
        if (number < 0 || number >= writable.length || !writable[number]) {
            throw new IllegalArgumentException("data " + key.name() + " of " + key.producer()
                    + ": was written by a producer that did not declare it.\nMaybe add the key to its produces().");
        }
        return number;
    }
}
