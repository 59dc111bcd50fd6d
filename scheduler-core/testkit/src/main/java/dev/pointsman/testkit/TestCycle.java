// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.plugin.Admission;
import dev.pointsman.api.plugin.CostScorer;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.plugin.Filter;
import dev.pointsman.api.plugin.Picker;
import dev.pointsman.api.plugin.Scorer;
import dev.pointsman.api.plugin.Screener;
import dev.pointsman.api.request.InferenceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling of one request as a plugin sees it, without an engine: data is set by the test, and each kind of plugin
 * runs in one line. Not thread-safe.
 *
 * <pre>{@code
 * TestCycle cycle = TestCycle.of(TestFleet.of("a", "b")).with(InFlightLoad.TOKENS, "a", 4000);
 *
 * assertThat(cycle.scoresById(new MyScorer())).containsEntry("a", 0.2);
 * assertThat(cycle.filter(new MyFilter())).containsExactly("b");
 * assertThat(cycle.pick(new MyPicker(), Map.of("a", 0.2, "b", 0.9), 1)).containsExactly("b");
 * }</pre>
 */
public final class TestCycle implements ProductionCycle {
    /** How much longer than needed the arrays are that plugins write to, as the engine's pooled ones may be. */
    static final int SPARE = 3;

    private final FleetSnapshot fleet;
    private final InferenceRequest request;
    private final Map<AttributeKey<?>, Object> attributes = new HashMap<>();
    private final Map<LongColumnKey, Columns.Longs> longs = new HashMap<>();
    private final Map<DoubleColumnKey, Columns.Doubles> doubles = new HashMap<>();
    private final Set<DataKey> written = new LinkedHashSet<>();
    private final Set<DataKey> read = new LinkedHashSet<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable Set<DataKey> declared;
    private long seed = 42;
    private long now;
    private boolean explaining = true;
    private boolean recording = true;

    private TestCycle(FleetSnapshot fleet, InferenceRequest request) {
        this.fleet = requireNonNull(fleet, "fleet");
        this.request = requireNonNull(request, "request");
    }

    /** Starts a cycle of a {@linkplain TestRequests#request() plain request} over a fleet, at time 0 and with seed 42. */
    public static TestCycle of(FleetSnapshot fleet) {
        return of(fleet, TestRequests.request());
    }

    /** Starts a cycle of a request over a fleet, at time 0 and with seed 42. */
    public static TestCycle of(FleetSnapshot fleet, InferenceRequest request) {
        return new TestCycle(fleet, request);
    }

    /** Sets the scheduler's seed, from which {@link #draw()} follows. */
    public TestCycle seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Sets the time of the decision.
     *
     * @param nanos nanoseconds of the scheduler's clock
     */
    public TestCycle now(long nanos) {
        this.now = nanos;
        return this;
    }

    /** Sets whether notes are asked for, as they are at first; benchmarks measure decisions that nobody has explained. */
    public TestCycle explaining(boolean explaining) {
        this.explaining = explaining;
        return this;
    }

    /** Sets whether {@link #keysRead()} is kept, as it is at first; benchmarks do not measure the keeping. */
    public TestCycle recording(boolean recording) {
        this.recording = recording;
        return this;
    }

    /** Sets a value of the request, as a producer would have. */
    public <T> TestCycle with(AttributeKey<T> key, T value) {
        attributes.put(key, checkedValue(key, value));
        return this;
    }

    /** Sets one endpoint's number in a column, as a producer would have; the others stay as they are. */
    public TestCycle with(LongColumnKey key, String endpointId, long value) {
        longs.computeIfAbsent(key, absent -> new Columns.Longs(fleet.slotLimit()))
                .set(slotOf(endpointId), value);
        return this;
    }

    /** Sets one endpoint's number in a column, as a producer would have; the others stay as they are. */
    public TestCycle with(DoubleColumnKey key, String endpointId, double value) {
        doubles.computeIfAbsent(key, absent -> new Columns.Doubles(fleet.slotLimit()))
                .set(slotOf(endpointId), value);
        return this;
    }

    /** Returns all endpoints of the fleet as candidates, in slot order. */
    public TestCandidates candidates() {
        return new TestCandidates(
                this,
                IntStream.range(0, fleet.slotLimit()).filter(fleet::occupied).toArray());
    }

    /**
     * Returns some endpoints of the fleet as candidates, in the order given.
     *
     * @throws IllegalArgumentException if one of them is not in the fleet, or is given twice
     */
    public TestCandidates candidates(String... endpointIds) {
        int[] slots = Arrays.stream(endpointIds).mapToInt(this::slotOf).toArray();
        if (Arrays.stream(slots).distinct().count() < slots.length) {
            throw new IllegalArgumentException("candidates: must be different endpoints, but were "
                    + Arrays.toString(endpointIds) + ".\nMaybe one was copied and not renamed.");
        }
        return new TestCandidates(this, slots);
    }

    /** Runs a scorer over all endpoints; returns one raw score for each, in slot order. */
    public double[] score(Scorer scorer) {
        return score(scorer, candidates());
    }

    /**
     * Runs a scorer; returns one raw score for each candidate, in order.
     *
     * @throws AssertionError if it writes beyond the candidates
     */
    public double[] score(Scorer scorer, TestCandidates candidates) {
        double[] scores = blank(candidates.size());
        scorer.score(this, candidates, scores);
        return trimmed(scores, candidates.size());
    }

    /** Runs a scorer over all endpoints; returns the raw scores by endpoint id, in slot order. */
    public Map<String, Double> scoresById(Scorer scorer) {
        TestCandidates candidates = candidates();
        return byId(candidates, score(scorer, candidates));
    }

    /** Runs a cost scorer over all endpoints; returns one raw cost for each, in slot order. */
    public double[] costs(CostScorer scorer) {
        return costs(scorer, candidates());
    }

    /**
     * Runs a cost scorer; returns one raw cost for each candidate, in order.
     *
     * @throws AssertionError if it writes beyond the candidates
     */
    public double[] costs(CostScorer scorer, TestCandidates candidates) {
        double[] costs = blank(candidates.size());
        scorer.cost(this, candidates, costs);
        return trimmed(costs, candidates.size());
    }

    /** Runs a cost scorer over all endpoints; returns the raw costs by endpoint id, in slot order. */
    public Map<String, Double> costsById(CostScorer scorer) {
        TestCandidates candidates = candidates();
        return byId(candidates, costs(scorer, candidates));
    }

    /** Runs a filter over all endpoints; returns the ids of those it keeps, in slot order. */
    public List<String> filter(Filter filter) {
        return filter(filter, candidates());
    }

    /** Runs a filter; returns the ids of the candidates it keeps, in order. */
    public List<String> filter(Filter filter, TestCandidates candidates) {
        filter.filter(this, candidates);
        return candidates.kept();
    }

    /** Runs a screener over all endpoints; returns the ids of those it keeps, in slot order. */
    public List<String> screen(Screener screener) {
        TestCandidates candidates = candidates();
        screener.screen(this, candidates);
        return candidates.kept();
    }

    /** Asks an admission about the request and all endpoints; returns null if it admits, or its refusal. */
    public @Nullable Rejection admit(Admission admission) {
        return admission.admit(this, candidates());
    }

    /**
     * Runs a picker over some endpoints; returns the ids of those it picks, best first.
     *
     * @param picker the picker
     * @param totals the total of each candidate by endpoint id; the candidates are in slot order, whatever the map's
     * @param max the most endpoints to pick, at least 1
     */
    public List<String> pick(Picker picker, Map<String, Double> totals, int max) {
        String[] ids = totals.keySet().toArray(new String[0]);
        Arrays.sort(ids, (a, b) -> Integer.compare(slotOf(a), slotOf(b)));
        return pick(
                picker,
                candidates(ids),
                Arrays.stream(ids).mapToDouble(totals::get).toArray(),
                max);
    }

    /**
     * Runs a picker; returns the ids of the candidates it picks, best first.
     *
     * @param picker the picker
     * @param candidates at least one
     * @param totals the total of the candidate at each position
     * @param max the most endpoints to pick, at least 1
     * @throws AssertionError if it says that it wrote fewer than 1 or more than {@code max}
     */
    public List<String> pick(Picker picker, TestCandidates candidates, double[] totals, int max) {
        double[] spacious = blank(candidates.size());
        System.arraycopy(totals, 0, spacious, 0, candidates.size());
        int[] picks = new int[max];
        Arrays.fill(picks, -1);
        int count = picker.pick(candidates, spacious, draw(), picks);
        if (count < 1 || count > max) {
            throw new AssertionError("picker: must pick 1 to " + max + " of " + candidates.size()
                    + " candidates, but says it wrote " + count + ".\nMaybe return how many of picks were filled.");
        }
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(candidates.endpoint(picks[i]).id());
        }
        return ids;
    }

    /**
     * Runs a data producer with all endpoints as candidates. It may write only what it declares; if it throws, what it
     * wrote is taken back and the exception is thrown on.
     *
     * @return this cycle, for the plugins that read the data
     */
    public TestCycle produce(DataProducer producer) {
        return produce(producer, candidates());
    }

    /** Runs a data producer with some candidates, otherwise as {@link #produce(DataProducer)} does. */
    public TestCycle produce(DataProducer producer, TestCandidates candidates) {
        Map<AttributeKey<?>, Object> attributesBefore = Map.copyOf(attributes);
        Map<LongColumnKey, Columns.Longs> longsBefore = Map.copyOf(longs);
        Map<DoubleColumnKey, Columns.Doubles> doublesBefore = Map.copyOf(doubles);
        written.clear();
        declared = Set.copyOf(producer.produces());
        try {
            producer.produce(this, candidates);
        } catch (RuntimeException | Error failure) {
            written.clear();
            replace(attributes, attributesBefore);
            replace(longs, longsBefore);
            replace(doubles, doublesBefore);
            throw failure;
        } finally {
            declared = null;
        }
        return this;
    }

    /** Returns the keys that the last producer wrote under, in the order of first writing. */
    public Set<DataKey> written() {
        return new LinkedHashSet<>(written);
    }

    /** Returns the keys that plugins have read so far, present or not, in the order of first reading. */
    public Set<DataKey> keysRead() {
        return new LinkedHashSet<>(read);
    }

    /** Returns the numbers of a column by endpoint id, in slot order, without those that are missing. */
    public Map<String, Long> numbers(LongColumnKey key) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        LongColumn column = longs.getOrDefault(key, new Columns.Longs(fleet.slotLimit()));
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            if (fleet.occupied(slot) && column.has(slot)) {
                numbers.put(fleet.endpoint(slot).id(), column.get(slot));
            }
        }
        return numbers;
    }

    /** Returns the numbers of a column by endpoint id, in slot order, without those that are missing. */
    public Map<String, Double> numbers(DoubleColumnKey key) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        DoubleColumn column = doubles.getOrDefault(key, new Columns.Doubles(fleet.slotLimit()));
        for (int slot = 0; slot < fleet.slotLimit(); slot++) {
            if (fleet.occupied(slot) && column.has(slot)) {
                numbers.put(fleet.endpoint(slot).id(), column.get(slot));
            }
        }
        return numbers;
    }

    @Override
    public InferenceRequest request() {
        return request;
    }

    @Override
    public FleetSnapshot fleet() {
        return fleet;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Draw draw() {
        return Draw.of(seed, request.id());
    }

    @Override
    public <T> @Nullable T attribute(AttributeKey<T> key) {
        recordRead(key);
        return key.type().cast(attributes.get(key));
    }

    @Override
    public LongColumn column(LongColumnKey key) {
        recordRead(key);
        Columns.Longs column = longs.get(key);
        if (column == null) {
            column = new Columns.Longs(fleet.slotLimit());
            longs.put(key, column);
        }
        return column;
    }

    @Override
    public DoubleColumn column(DoubleColumnKey key) {
        recordRead(key);
        Columns.Doubles column = doubles.get(key);
        if (column == null) {
            column = new Columns.Doubles(fleet.slotLimit());
            doubles.put(key, column);
        }
        return column;
    }

    @Override
    public <T> void put(AttributeKey<T> key, T value) {
        checkDeclared(key);
        attributes.put(key, checkedValue(key, value));
        written.add(key);
    }

    @Override
    public LongColumn.Writable fill(LongColumnKey key) {
        checkDeclared(key);
        if (written.add(key)) {
            longs.put(key, new Columns.Longs(fleet.slotLimit()));
        }
        return requireNonNull(longs.get(key));
    }

    @Override
    public DoubleColumn.Writable fill(DoubleColumnKey key) {
        checkDeclared(key);
        if (written.add(key)) {
            doubles.put(key, new Columns.Doubles(fleet.slotLimit()));
        }
        return requireNonNull(doubles.get(key));
    }

    /** Returns what producers said for the explanation, in the order in which they said it. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public boolean explaining() {
        return explaining;
    }

    @Override
    public void note(String note) {
        notes.add(requireNonNull(note, "note"));
    }

    private void recordRead(DataKey key) {
        if (recording) {
            read.add(key);
        }
    }

    private void checkDeclared(DataKey key) {
        if (declared != null && !declared.contains(key)) {
            throw new IllegalArgumentException(key + ": was written, but the producer declares only " + declared
                    + ".\nMaybe add it to what produces() returns.");
        }
    }

    private int slotOf(String endpointId) {
        int slot = fleet.slotOf(endpointId);
        if (slot < 0) {
            throw new IllegalArgumentException("endpoint " + endpointId + ": is not in this cycle's fleet, " + fleet
                    + ".\nMaybe it is misspelt, or the cycle was made over another fleet.");
        }
        return slot;
    }

    private static <T> T checkedValue(AttributeKey<T> key, T value) {
        if (!key.type().isInstance(value)) {
            throw new IllegalArgumentException(key + ": needs a " + key.type().getName() + ", but was " + value
                    + ".\nMaybe an absent value should not be set at all.");
        }
        return value;
    }

    private static <K, V> void replace(Map<K, V> values, Map<K, V> before) {
        values.clear();
        values.putAll(before);
    }

    private static double[] blank(int size) {
        double[] values = new double[size + SPARE];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private static double[] trimmed(double[] values, int size) {
        for (int position = size; position < values.length; position++) {
            if (!Double.isNaN(values[position])) {
                throw new AssertionError("position " + position + ": was written, but there are only " + size
                        + " candidates.\nMaybe loop to candidates.size(), not to the length of the array.");
            }
        }
        return Arrays.copyOf(values, size);
    }

    private static Map<String, Double> byId(TestCandidates candidates, double[] values) {
        Map<String, Double> byId = new LinkedHashMap<>();
        for (int position = 0; position < values.length; position++) {
            byId.put(candidates.endpoint(position).id(), values[position]);
        }
        return byId;
    }
}
