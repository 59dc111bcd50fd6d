// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the KV-cache events of TensorRT-LLM as JSON: an array of {@code {event_id, attention_dp_rank, window_size, data:
 * {type: created | stored | removed | updated, ...}}}, or one of these. The engine collects events only if its {@code
 * event_buffer_max_size} is above 0.
 *
 * <p>TensorRT-LLM does not say how long a block is, so the host does; a last block that is not full comes out as a store
 * with too few tokens, which {@link dev.pointsman.kvcache.event.KvEventNormalizer} drops and counts. Its levels 0 and 1
 * come out as the media {@code GPU} and {@code CPU}. Where layers differ in their attention window, only events of the
 * largest window are of use; the others come out with the kind {@code sliding_window}. The windows of all events of a
 * call are learned before any is judged. If a later call brings a rank's larger one, what was stored so far was of the
 * lesser: a clear comes first then.
 *
 * <p>An event with a missing or unreadable field is left out and counted. What is not such JSON is refused; no bytes
 * make it throw anything else or take memory for more than is there. Remembers the largest window of each rank. Not
 * thread-safe.
 */
public final class TensorRtLlmDecoder {
    /** The most bytes to read at once unless the host says otherwise: 32 MiB, since JSON is long. */
    public static final int DEFAULT_MAX_BYTES = 32 << 20;

    /** A rank beyond these is not told apart by window. */
    private static final int MAX_RANKS = 1 << 12;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(64)
                    .maxNameLength(1 << 10)
                    .maxStringLength(1 << 16)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final int tokensPerBlock;
    private final int maxBytes;
    private final Map<OptionalInt, Long> windows = new HashMap<>();

    /**
     * Makes a decoder that refuses more than {@value #DEFAULT_MAX_BYTES} bytes at once.
     *
     * @param tokensPerBlock the engine's setting of that name, at least 1
     */
    public TensorRtLlmDecoder(int tokensPerBlock) {
        this(tokensPerBlock, DEFAULT_MAX_BYTES);
    }

    /**
     * Makes a decoder.
     *
     * @param tokensPerBlock the engine's setting of that name, at least 1
     * @param maxBytes the most bytes to read at once, at least 1
     */
    public TensorRtLlmDecoder(int tokensPerBlock, int maxBytes) {
        if (tokensPerBlock < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("tokensPerBlock, maxBytes: must be at least 1, but were "
                    + tokensPerBlock + " and " + maxBytes
                    + ".\nMaybe take tokens_per_block from the engine's configuration; its default is 32.");
        }
        this.tokensPerBlock = tokensPerBlock;
        this.maxBytes = maxBytes;
    }

    /** Forgets the ranks' windows, as is right when the engine starts anew. */
    public void reset() {
        windows.clear();
    }

    /**
     * Reads events.
     *
     * @param json UTF-8; not kept
     * @return the events in their order, a batch for each stretch of one rank and of successive numbers
     * @throws KvEventFormatException if it is not an array of events, or too large
     */
    public List<TensorRtLlmBatch> decode(byte[] json) throws KvEventFormatException {
        if (json.length > maxBytes) {
            throw new KvEventFormatException("byte " + maxBytes + ": expected the end, but found "
                    + (json.length - maxBytes) + " more bytes.\nMaybe raise the decoder's maxBytes.");
        }
        try (JsonParser parser = JSON.createParser(json)) {
            List<Told> told = new ArrayList<>();
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                told.add(event(parser));
            } else {
                expect(parser, JsonToken.START_ARRAY, "an array of events");
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    told.add(event(parser));
                }
            }
            if (parser.nextToken() != null) {
                throw mismatch(parser, "the end");
            }
            return batches(told);
        } catch (IOException flaw) {
            throw new KvEventFormatException(
                    "expected JSON: " + flaw.getMessage() + "\nMaybe the message was cut off.", flaw);
        }
    }

    /** One event as it was read, before its window is judged. */
    private record Told(long id, OptionalInt rank, long window, TensorRtLlmEvent event) {}

    private List<TensorRtLlmBatch> batches(List<Told> told) {
        Set<OptionalInt> outgrown = new HashSet<>();
        for (Told each : told) {
            if (each.window() > windows.getOrDefault(each.rank(), Long.MAX_VALUE)) {
                outgrown.add(each.rank());
            }
        }
        for (Told each : told) {
            learn(each.rank(), each.window());
        }
        Stretches stretches = new Stretches();
        for (Told each : told) {
            long window = each.window();
            boolean lesser = window >= 0 && window < windows.getOrDefault(each.rank(), -1L);
            stretches.add(each.id(), each.rank(), outgrown.remove(each.rank()), each.event(), lesser ? window : -1);
        }
        return stretches.end();
    }

    private Told event(JsonParser parser) throws IOException, KvEventFormatException {
        expect(parser, JsonToken.START_OBJECT, "an event");
        long id = -1;
        OptionalInt rank = OptionalInt.empty();
        long window = -1;
        TensorRtLlmEvent event = new TensorRtLlmEvent(tokensPerBlock);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "event_id" -> id = number(parser, value, "an event's number", Long.MAX_VALUE);
                case "attention_dp_rank" ->
                    rank = value == JsonToken.VALUE_NULL
                            ? OptionalInt.empty()
                            : OptionalInt.of((int) number(parser, value, "a rank", Integer.MAX_VALUE));
                case "window_size" ->
                    window = value == JsonToken.VALUE_NULL
                            ? -1
                            : number(parser, value, "a window's size", Integer.MAX_VALUE);
                case "data" -> event.read(parser);
                default -> parser.skipChildren();
            }
        }
        if (id < 0) {
            throw mismatch(parser, "an event_id in the event before");
        }
        return new Told(id, rank, window, event);
    }

    /** Remembers a rank's window if it is the largest so far. */
    private void learn(OptionalInt rank, long window) {
        Long largest = windows.get(rank);
        if (window >= 0 && (largest == null ? windows.size() < MAX_RANKS : window > largest)) {
            windows.put(rank, window);
        }
    }

    /** Reads a number from 0 on that is below a bound. */
    private static long number(JsonParser parser, @Nullable JsonToken value, String what, long bound)
            throws IOException, KvEventFormatException {
        if (value != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw mismatch(parser, what);
        }
        long number = parser.getLongValue();
        if (number < 0 || number >= bound) {
            throw mismatch(parser, what + " from 0 to " + (bound - 1));
        }
        return number;
    }

    private static void expect(JsonParser parser, JsonToken token, String what) throws KvEventFormatException {
        if (parser.currentToken() != token) {
            throw mismatch(parser, what);
        }
    }

    private static KvEventFormatException mismatch(JsonParser parser, String expected) {
        return new KvEventFormatException(
                "character " + parser.currentTokenLocation().getCharOffset() + ": expected " + expected
                        + ", but found " + parser.currentToken()
                        + ".\nMaybe these are not the KV-cache events of TensorRT-LLM.");
    }

    /** Batches in the making: a new one begins where the rank or the run of numbers breaks. */
    private static final class Stretches {
        private final List<TensorRtLlmBatch> done = new ArrayList<>();
        private OptionalInt rank = OptionalInt.empty();
        private long first = -1;
        private long next = -1;
        private List<KvEvent> events = new ArrayList<>();
        private int malformed;
        private int malformedStores;
        private int unknown;
        private @Nullable String problem;

        void add(long id, OptionalInt rank, boolean clear, TensorRtLlmEvent event, long lesserWindow) {
            if (first >= 0 && (id != next || !rank.equals(this.rank))) {
                close();
            }
            if (first < 0) {
                first = id;
                this.rank = rank;
            }
            next = id + 1;
            if (clear) {
                events.add(new AllBlocksCleared());
            }
            if (event.problem() != null) {
                malformed++;
                malformedStores += event.isStore() ? 1 : 0;
                problem = problem == null ? "event " + id + ", " + event.problem() : problem;
            } else if (event.isUnknown()) {
                unknown++;
            } else {
                event.addTo(events, lesserWindow);
            }
        }

        List<TensorRtLlmBatch> end() {
            if (first >= 0) {
                close();
            }
            return done;
        }

        private void close() {
            done.add(new TensorRtLlmBatch(
                    first,
                    next,
                    new KvEventBatch(Double.NaN, rank, events, malformed, malformedStores, unknown, problem)));
            first = -1;
            events = new ArrayList<>();
            malformed = 0;
            malformedStores = 0;
            unknown = 0;
            problem = null;
        }
    }
}
