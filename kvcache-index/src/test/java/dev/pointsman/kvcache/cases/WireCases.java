// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.kvcache.event.BlockRemoved;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.wire.KvEventDecoder;
import dev.pointsman.kvcache.event.wire.KvEventFormatException;
import dev.pointsman.kvcache.event.wire.KvEventMessage;
import dev.pointsman.kvcache.event.wire.KvTopic;
import dev.pointsman.kvcache.event.wire.TensorRtLlmBatch;
import dev.pointsman.kvcache.event.wire.TensorRtLlmDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cases of what engines' bytes mean: payloads in hex and the batches they are, frames and whether they are a message, topics
 * and whom they name. A key that is absent from an expectation is not compared; null means that there is none.
 */
final class WireCases implements CaseGroup {
    private static final Set<String> REFUSED = Set.of("error", "reject", "rejected", "malformed", "invalid");

    @Override
    public void run(Case one) {
        List<String> payloads = payloads(one);
        boolean known = false;
        if (!payloads.isEmpty()) {
            decode(one, payloads);
            known = true;
        }
        String json = one.either("json", "payloadJson", "trtllm", "trtllmJson");
        if (one.has(json)) {
            tensorRtLlm(one, one.raw(json));
            known = true;
        }
        known |= messages(one);
        if (payloads.isEmpty() && one.hasAny("hashes", "hash", "blockHashes")) {
            one.objects(one.either("hashes", "hash", "blockHashes")).forEach(WireCases::hash);
            known = true;
        }
        if (payloads.isEmpty() && one.hasAny(NormalizeCases.MEDIA)) {
            NormalizeCases.media(one, one.either(NormalizeCases.MEDIA));
            known = true;
        }
        for (Case topic : one.objects(one.either("topic", "topics"))) {
            KvTopic parsed = KvTopic.parse(topic.text(topic.either("raw", "topic")));
            Mismatch.require(topic.path() + ".pod", topic.text("pod"), parsed.pod());
            Mismatch.require(topic.path() + ".model", topic.text("model", ""), parsed.model());
            known = true;
        }
        for (Case part : one.objects("cases")) {
            run(part);
            known = true;
        }
        for (Object variant : one.list("variants")) {
            if (variant instanceof Map<?, ?> object && object.containsKey("expect")) {
                run(Case.of(one.path() + ".variants[]", variant));
                known = true;
            }
        }
        if (!known) {
            throw new Mismatch(one.path() + ": has no payload, frames or topics, only " + one.names());
        }
    }

    /** Checks frames: lists of hex that are accepted or not, one message's, or objects that say more. */
    private static boolean messages(Case one) {
        boolean known = false;
        for (String field : List.of("accept", "reject")) {
            for (Object message : one.raw(field) instanceof List<?> list ? list : List.of()) {
                frames(Case.of(
                        one.path() + "." + field,
                        message instanceof Map<?, ?> ? message : Map.of("frames", message, field, true)));
                known = true;
            }
        }
        String field = one.either("frames", "messages");
        if (one.raw(field) instanceof List<?> list && !list.isEmpty()) {
            if (list.get(0) instanceof String) {
                frames(one);
            } else if (list.get(0) instanceof List<?>) {
                Object whole = one.raw("expect");
                for (int i = 0; i < list.size(); i++) {
                    Object own = whole instanceof List<?> each ? each.get(i) : whole == null ? "accept" : whole;
                    frames(Case.of(one.path() + "." + field, Map.of("frames", list.get(i), "expect", own)));
                }
            } else {
                one.objects(field).forEach(WireCases::frames);
            }
            known = true;
        } else if (one.raw(field) instanceof Map<?, ?>) {
            Case part = one.object(field);
            if (!messages(part)) {
                frames(part);
            }
            known = true;
        }
        return known;
    }

    /** Checks how one hash is read: bytes in hex, or a number. */
    private static void hash(Case row) {
        String hex = row.text(row.either("bytes", "hex", "bytesHex", "digest", "digestHex", "bin"), null);
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        batch.writeBytes(HexFormat.of().parseHex("92019192ac426c6f636b52656d6f76656491"));
        if (hex != null) {
            byte[] bytes = HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex);
            batch.write(0xc4);
            batch.write(bytes.length);
            batch.writeBytes(bytes);
        } else {
            long bits = Case.bits(row.raw(row.either("int", "integer", "number", "raw", "in", "wire")));
            batch.write(bits < 0 ? 0xd3 : 0xcf);
            batch.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(bits).array());
        }
        Long actual = null;
        try {
            List<KvEvent> events =
                    new KvEventDecoder().decode(batch.toByteArray()).events();
            if (!events.isEmpty() && events.get(0) instanceof BlockRemoved removed) {
                actual = removed.hashes()[0];
            }
        } catch (KvEventFormatException refused) {
            // Which is what the row may expect.
        }
        Object expected = row.raw(row.either("expect", "hash", "value", "low64", "bits", "out", "u64", "i64"));
        boolean refused = isRefusal(expected) || row.flag("error", false) || row.flag("reject", false);
        Mismatch.require(row.path(), refused ? null : (Object) Case.bits(expected), actual);
    }

    /** Returns the payloads, in whatever fields they stand: text, or lists of text. */
    private static List<String> payloads(Case one) {
        List<String> payloads = new ArrayList<>();
        for (String field : List.of(
                "payloadHex",
                "payloadsHex",
                "payloads",
                "payload",
                "hex",
                "batchHex",
                "batchesHex",
                "batches",
                "arrayHex",
                "mapHex",
                "arrayPayloadHex",
                "mapPayloadHex",
                "variants")) {
            for (Object hex : one.list(field)) {
                if (hex instanceof String text) {
                    payloads.add(text);
                } else if (!(hex instanceof Map<?, ?> object && object.containsKey("expect"))) {
                    Case part = Case.of(one.path() + "." + field, hex);
                    payloads.addAll(payloads(part));
                }
            }
        }
        return payloads;
    }

    private static void decode(Case one, List<String> payloads) {
        Object expected = one.raw("expect");
        KvEventDecoder decoder = new KvEventDecoder();
        for (int i = 0; i < payloads.size(); i++) {
            byte[] bytes = HexFormat.of().parseHex(payloads.get(i).replaceAll("\\s", ""));
            KvEventBatch batch = null;
            String refusal = "";
            try {
                batch = decoder.decode(bytes);
            } catch (KvEventFormatException refused) {
                refusal = String.valueOf(refused.getMessage());
            }
            // One expectation for each payload, or one that all of them have to meet.
            Object own = expected instanceof List<?> list && !ofEvents(list) ? list.get(i) : expected;
            if (isRefusal(own) || refused(one)) {
                Mismatch.require(one.path() + " is refused", true, batch == null);
                if (own instanceof Map<?, ?>) {
                    one.object("expect").names();
                }
            } else if (batch == null) {
                throw new Mismatch(one.path() + ": expected " + JsonTree.write(own) + ", actual refusal: " + refusal);
            } else if (own instanceof List<?>) {
                events(Case.of(one.path(), Map.of("events", own)), batch);
            } else if (expected instanceof List<?>) {
                check(Case.of(one.path() + ".expect[" + i + "]", own), batch);
            } else {
                check(one.object("expect"), batch);
            }
        }
    }

    /** TensorRT-LLM's JSON: as text, or as it stands in the case. */
    private static void tensorRtLlm(Case one, @Nullable Object json) {
        String text = json instanceof String given ? given : JsonTree.write(json);
        long tokensPerBlock = one.integer(one.either("tokensPerBlock", "blockSize"), Math.max(1, tokensIn(json)));
        try {
            List<TensorRtLlmBatch> batches = new TensorRtLlmDecoder((int) tokensPerBlock).decode(text.getBytes(UTF_8));
            List<KvEvent> events = new ArrayList<>();
            int malformed = 0;
            int unknown = 0;
            OptionalInt rank = OptionalInt.empty();
            for (TensorRtLlmBatch part : batches) {
                events.addAll(part.batch().events());
                malformed += part.batch().malformed();
                unknown += part.batch().unknown();
                rank = part.batch().rank();
            }
            check(one.object("expect"), new KvEventBatch(Double.NaN, rank, events, malformed, unknown, null));
        } catch (KvEventFormatException refused) {
            if (!isRefusal(one.raw("expect"))) {
                throw new Mismatch(one.path() + ": actual refusal: " + refused.getMessage());
            }
        }
    }

    /** Returns the number of tokens of the first block that lists any, or 0. */
    private static int tokensIn(@Nullable Object json) {
        int found = 0;
        if (json instanceof Map<?, ?> object) {
            if (object.get("tokens") instanceof List<?> tokens) {
                return tokens.size();
            }
            for (Object value : object.values()) {
                found = found > 0 ? found : tokensIn(value);
            }
        } else if (json instanceof List<?> list) {
            for (Object value : list) {
                found = found > 0 ? found : tokensIn(value);
            }
        }
        return found;
    }

    /** Tells whether the case as a whole says that its bytes are refused. */
    private static boolean refused(Case one) {
        for (String field : List.of("reject", "error", "expectError", "rejected")) {
            if (one.has(field)) {
                String said = one.text(field, "false");
                return said != null && !said.equals("false") && !said.isEmpty();
            }
        }
        return false;
    }

    private static boolean isRefusal(@Nullable Object expected) {
        if (expected instanceof Map<?, ?> fields) {
            return Boolean.TRUE.equals(fields.get("error")) || fields.get("error") instanceof String;
        }
        return expected instanceof String word
                && REFUSED.contains(word.split("[ (,;:]", 2)[0].toLowerCase(Locale.ROOT));
    }

    private static boolean ofEvents(List<?> list) {
        return !list.isEmpty() && list.get(0) instanceof Map<?, ?> first && first.containsKey("type");
    }

    private static void check(Case expected, KvEventBatch batch) {
        if (expected.has("ts")) {
            Tolerance.of(expected).require(expected.path() + ".ts", expected.number("ts"), batch.timestamp());
        }
        String rank = expected.either("dpRank", "rank", "dp_rank", "data_parallel_rank");
        if (expected.has(rank)) {
            Object given = expected.raw(rank);
            Integer actual = batch.rank().isPresent() ? batch.rank().getAsInt() : null;
            Mismatch.require(expected.path() + "." + rank, given == null ? null : (int) expected.integer(rank), actual);
        }
        for (String field : List.of("malformed", "unknown")) {
            if (expected.has(field)) {
                int actual = field.equals("malformed") ? batch.malformed() : batch.unknown();
                Mismatch.require(expected.path() + "." + field, expected.integer(field), (long) actual);
            }
        }
        String left = expected.either("skipped", "dropped", "ignored");
        if (expected.has(left)) {
            Mismatch.require(
                    expected.path() + "." + left, expected.integer(left), (long) batch.malformed() + batch.unknown());
        }
        events(expected, batch);
        List<String> unasked = expected.unasked();
        if (!unasked.isEmpty()) {
            throw new Mismatch("what it says of " + unasked + " is not known to this runner");
        }
    }

    private static void events(Case expected, KvEventBatch batch) {
        if (!expected.has("events")) {
            return;
        }
        List<Case> readable = new ArrayList<>();
        Map<String, Integer> leftOut = new HashMap<>();
        for (Case event : expected.objects("events")) {
            String type = event.text("type", "").toLowerCase(Locale.ROOT);
            if (type.equals("unknown") || type.equals("malformed")) {
                leftOut.merge(type, 1, Integer::sum);
                event.names();
            } else {
                readable.add(event);
            }
        }
        leftOut.forEach((type, count) -> Mismatch.require(
                expected.path() + ": " + type + " events",
                count,
                type.equals("unknown") ? batch.unknown() : batch.malformed()));
        Mismatch.require(
                expected.path() + ": number of readable events",
                readable.size(),
                batch.events().size());
        for (int i = 0; i < readable.size(); i++) {
            EventCheck.require(readable.get(i), batch.events().get(i));
        }
    }

    private static void frames(Case message) {
        List<byte[]> frames = new ArrayList<>();
        for (Object hex : message.list(message.either("frames", "hex", "framesHex"))) {
            frames.add(HexFormat.of().parseHex((String) hex));
        }
        KvEventMessage read = null;
        try {
            read = KvEventMessage.of(frames);
        } catch (KvEventFormatException refused) {
            // Which is what the case may expect.
        }
        boolean accepted = message.has("reject") ? !message.flag("reject", false) : accepted(message);
        Mismatch.require(message.path() + " is accepted", accepted, read != null);
        if (read != null) {
            String sequence = message.either("seq", "sequence");
            if (message.has(sequence)) {
                Mismatch.require(message.path() + "." + sequence, Case.bits(message.raw(sequence)), read.sequence());
            }
            if (message.has("topic")) {
                Mismatch.require(message.path() + ".topic", message.text("topic"), read.topic());
            }
        }
    }

    private static boolean accepted(Case message) {
        @Nullable String word = message.text("expect", null);
        return word == null ? message.flag("accept", true) : !REFUSED.contains(word.toLowerCase(Locale.ROOT));
    }
}
