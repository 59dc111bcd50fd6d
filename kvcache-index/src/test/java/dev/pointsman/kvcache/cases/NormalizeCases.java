// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import dev.pointsman.kvcache.Tier;
import dev.pointsman.kvcache.TieredPrefixIndex;
import dev.pointsman.kvcache.event.AllBlocksCleared;
import dev.pointsman.kvcache.event.BlockStored;
import dev.pointsman.kvcache.event.DropCounts;
import dev.pointsman.kvcache.event.KvEvent;
import dev.pointsman.kvcache.event.KvEventBatch;
import dev.pointsman.kvcache.event.KvEventNormalizer;
import dev.pointsman.kvcache.event.KvOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cases of what an index may believe of an engine's events: events of one batch, then single ones, or tables of words. */
final class NormalizeCases implements CaseGroup {
    /** The fields in which a table of media may stand. */
    static final String[] MEDIA = {"table", "media", "mediums", "medium", "map"};

    private static final String[] KEPT = {"keep", "kept", "apply"};
    private static final String[] LEFT_OUT = {"drop", "drops", "skip"};

    private static final Set<String> DROPPED =
            Set.of("drop", "dropped", "ignore", "ignored", "skip", "skipped", "reject", "rejected", "none", "null");

    @Override
    public void run(Case one) {
        String table = one.either(MEDIA);
        if (BlockSizeCases.understands(one)) {
            new BlockSizeCases().run(one);
        } else if (one.has(table) && !one.hasAny("store", "remove", "event", "hash")) {
            media(one, table);
        } else if (one.hasAny("indexable", "skipped") && !one.has("events")) {
            kinds(one);
        } else if (one.has("stores")) {
            copies(one);
        } else if (one.raw(one.either(KEPT)) instanceof List<?> || one.raw(one.either(LEFT_OUT)) instanceof List<?>) {
            lists(one, KEPT, true);
            lists(one, LEFT_OUT, false);
        } else if (one.hasAny("events", "batches", "event", "steps")) {
            new Stream(one).run(one);
        } else if (one.raw("store") instanceof Map<?, ?> || one.raw("remove") instanceof Map<?, ?>) {
            new Stream(one).run(one);
        } else if (one.has("cases")) {
            for (Case part : one.objects("cases")) {
                if (part.has("tier")
                        && part.hasAny("medium", "word", "raw")
                        && !part.hasAny("hash", "hashes", "event")) {
                    medium(part.path(), part.text(part.either("medium", "word", "raw"), null), part.text("tier", null));
                } else if (part.hasAny("events", "batches", "steps") || part.raw("store") instanceof Map<?, ?>) {
                    run(part);
                } else {
                    new Stream(part).one(part);
                }
            }
        } else {
            throw new Mismatch(one.path() + ": is a rule of a kind not known to this runner: " + one.names());
        }
    }

    // ---- words

    static void media(Case one, String table) {
        if (one.raw(table) instanceof Map<?, ?>) {
            Case words = one.object(table);
            for (String word : words.names()) {
                if (words.raw(word) instanceof List<?> media && (Tiers.known(word) != null || isDrop(word))) {
                    media.forEach(medium -> medium(words.path(), (String) medium, word)); // by tier
                } else {
                    medium(words.path(), word, words.text(word, null));
                }
            }
            return;
        }
        for (Object row : one.list(table)) {
            if (row instanceof List<?> pair && pair.size() == 2) {
                medium(one.path(), (String) pair.get(0), (String) pair.get(1));
            } else {
                Case words = Case.of(one.path() + "." + table, row);
                medium(
                        words.path(),
                        words.text(words.either("medium", "word", "raw"), null),
                        words.text(words.either("tier", "expect", "to"), null));
            }
        }
    }

    private static void medium(String place, @Nullable String medium, @Nullable String tier) {
        boolean unsaid = medium == null
                || medium.isEmpty()
                || Set.of("null", "nil", "absent").contains(medium);
        String expected = tier == null ? "drop" : tier.split("[ (,;]", 2)[0].toLowerCase(Locale.ROOT);
        boolean dropped = isDrop(expected);
        Mismatch.require(
                place + ": medium " + medium,
                dropped ? null : Tiers.named(expected),
                KvEventNormalizer.tier(unsaid ? null : medium));
    }

    private static boolean isDrop(String word) {
        return DROPPED.contains(word.toLowerCase(Locale.ROOT)) || word.equalsIgnoreCase("unknown");
    }

    /** Events that go through or do not, each at a rank of which nothing else is known; or words of them. */
    private static void lists(Case one, String[] fields, boolean kept) {
        String field = one.either(fields);
        for (Object each : one.list(field)) {
            KvEvent event;
            if (each instanceof Map<?, ?>) {
                event = EventSpec.event(Case.of(one.path() + "." + field + "[]", each));
            } else {
                String word = String.valueOf(each);
                String said = one.text("id", "") + " " + one.text("field", "");
                BlockStored.Builder store = BlockStored.builder(1, 1L).tokens(1);
                if (said.contains("local")) {
                    store.locality(word);
                } else if (said.contains("owner")) {
                    store.ownership(word);
                } else if (said.contains("medium") || said.contains("media")) {
                    store.medium(word);
                } else {
                    store.group(0).kind(word);
                }
                event = store.build();
            }
            boolean through = !normalizer(one).normalize(batch(List.of(event))).isEmpty();
            Mismatch.require(one.path() + "." + field + ": " + each + " goes through", kept, through);
        }
    }

    /** Makes the normalizer that a case wants: for ranks with sliding windows only if it says so. */
    private static KvEventNormalizer normalizer(Case one) {
        boolean windows = one.flag(one.either("windowOnly", "windowOnlyRank", "windowOnlyRanks"), false)
                || one.text("id", "").contains("window-only");
        return new KvEventNormalizer(windows, false, new DropCounts());
    }

    private static void kinds(Case one) {
        for (String field : new String[] {"indexable", "skipped"}) {
            for (Object kind : one.list(field)) {
                KvEvent store = BlockStored.builder(1, 1L)
                        .tokens(1)
                        .group(0)
                        .kind((String) kind)
                        .build();
                boolean indexed = !new KvEventNormalizer()
                        .normalize(batch(List.of(store)))
                        .isEmpty();
                Mismatch.require(one.path() + ": kind " + kind + " is indexed", field.equals("indexable"), indexed);
            }
        }
    }

    // ---- copies

    /** Stores of blocks that are no one's parents; a removal is applied if the block is not held afterwards. */
    private static void copies(Case one) {
        TieredPrefixIndex index = Indexes.counted();
        for (Object store : one.list("stores")) {
            long[] hashes = ((List<?>) store).stream().mapToLong(Case::bits).toArray();
            index.storeFirst(0, Tier.ACCELERATOR, hashes, hashes, hashes.length);
        }
        List<Object> applied = new ArrayList<>();
        for (Object hash : one.list("remove")) {
            index.removeEngine(0, Tier.ACCELERATOR, Case.bits(hash));
            if (!index.knows(0, Case.bits(hash))) {
                applied.add(hash);
            }
        }
        Mismatch.require(one.path() + ".applied", one.list("applied"), applied);
    }

    private static KvEventBatch batch(List<KvEvent> events) {
        return new KvEventBatch(0, OptionalInt.empty(), events);
    }

    // ---- events

    /** One rank's stream. */
    private static final class Stream {
        private final KvEventNormalizer normalizer;
        private final Map<Long, KvOperation.Store> stores = new HashMap<>();
        private final Map<Long, @Nullable String> loras = new HashMap<>();
        private final Map<Long, @Nullable String> salts = new HashMap<>();
        private final List<Long> indexed = new ArrayList<>();
        private final List<Long> dropped = new ArrayList<>();

        Stream(Case one) {
            this.normalizer = normalizer(one);
        }

        void run(Case one) {
            if (one.has("steps")) {
                one.objects("steps").forEach(this::one);
            } else if (one.has("batches")) {
                for (Object events : one.list("batches")) {
                    List<Case> batch = new ArrayList<>();
                    if (events instanceof List<?> list) {
                        list.forEach(event -> batch.add(Case.of(one.path() + ".batches[]", event)));
                    } else {
                        batch.addAll(Case.of(one.path() + ".batches[]", events).objects("events"));
                    }
                    take(batch);
                }
            } else {
                take(one.objects(one.either("events", "event", "store", "remove")));
            }
            for (String field : new String[] {"indexed", "applied", "forwarded"}) {
                if (one.has(field)) {
                    Mismatch.require(one.path() + "." + field, bits(one, field), indexed);
                }
            }
            if (one.raw("dropped") instanceof Map<?, ?>) {
                reasons(one.object("dropped"));
            } else if (one.has("dropped")) {
                Mismatch.require(one.path() + ".dropped", bits(one, "dropped"), dropped);
            }
            expectation(one);
            for (Case next : one.objects("then")) {
                one(next);
            }
        }

        /** Takes one event in a batch of its own. */
        void one(Case spec) {
            take(List.of(spec.has("event") ? spec.object("event") : spec));
            if (spec.has("event")) {
                expectation(spec);
            }
        }

        private void take(List<Case> specs) {
            List<KvEvent> events = specs.stream().map(EventSpec::event).toList();
            List<KvOperation> operations = normalizer.normalize(batch(events));
            for (int i = 0; i < specs.size(); i++) {
                KvEvent event = events.get(i);
                KvOperation applied = operations.stream()
                        .filter(operation -> isOf(operation, event))
                        .findFirst()
                        .orElse(null);
                if (applied instanceof KvOperation.Store store) {
                    remember(store);
                } else if (applied == null && event instanceof BlockStored stored) {
                    for (long hash : stored.hashes()) {
                        dropped.add(hash);
                    }
                }
                verdict(specs.get(i), "effect", applied != null);
                verdict(specs.get(i), "expect", applied != null);
                namespace(specs.get(i), event);
            }
        }

        /** Tells what became of an event; a store may have been put in other words, but its hashes stay. */
        private static boolean isOf(KvOperation operation, KvEvent event) {
            if (operation instanceof KvOperation.Store store) {
                return event instanceof BlockStored stored && store.event().hashes() == stored.hashes();
            }
            if (operation instanceof KvOperation.Remove remove) {
                return remove.event() == event;
            }
            return operation instanceof KvOperation.Clear && event instanceof AllBlocksCleared;
        }

        private void remember(KvOperation.Store store) {
            BlockStored event = store.event();
            long parent = event.parent();
            String lora = store.loraAdapter();
            String salt = store.cacheSalt();
            for (long hash : event.hashes()) {
                indexed.add(hash);
                stores.put(hash, store);
                loras.put(hash, lora == null && event.hasParent() ? loras.get(parent) : lora);
                salts.put(hash, salt == null && event.hasParent() ? salts.get(parent) : salt);
            }
        }

        /** Checks words such as {@code drop} and {@code apply (why)}. */
        private static void verdict(Case spec, String field, boolean applied) {
            if (spec.raw(field) instanceof String text) {
                String word = text.split("[ (,;:]", 2)[0].toLowerCase(Locale.ROOT);
                boolean expected = !DROPPED.contains(word);
                if (expected
                        && !Set.of("apply", "applied", "index", "indexed", "forward", "keep", "store", "remove")
                                .contains(word)) {
                    throw new Mismatch(spec.path() + "." + field + ": " + text + " is not known to this runner");
                }
                Mismatch.require(spec.path() + " is applied", expected, applied);
            }
        }

        /** Checks what adapter and salt the event's blocks are of. */
        private void namespace(Case spec, KvEvent event) {
            if (spec.raw("expect") instanceof Map<?, ?> && event instanceof BlockStored stored) {
                Case expected = spec.object("expect");
                for (long hash : stored.hashes()) {
                    check(expected, hash);
                }
            }
        }

        private void check(Case expected, long hash) {
            for (String field : expected.names()) {
                String place = expected.path() + "." + field;
                String value = expected.text(field, null);
                KvOperation.Store store = stores.get(hash);
                switch (field) {
                    case "lora", "loraName", "lora_name" -> Mismatch.require(place, value, loras.get(hash));
                    case "salt", "cacheSalt", "cache_salt" -> Mismatch.require(place, value, salts.get(hash));
                    case "tier" -> Mismatch.require(place, Tiers.named(value), store == null ? null : store.tier());
                    case "firstToken" ->
                        Mismatch.require(
                                place, expected.integer(field), store == null ? null : (long) store.firstToken());
                    case "tokens" ->
                        Mismatch.require(
                                place,
                                expected.list(field).stream()
                                        .map(token -> Case.integer(place, token))
                                        .toList(),
                                store == null ? null : tokensOf(store));
                    case "applied", "indexed" -> Mismatch.require(place, expected.flag(field, true), store != null);
                    default -> throw new Mismatch(place + ": is not known to this runner");
                }
            }
        }

        private static List<Long> tokensOf(KvOperation.Store store) {
            List<Long> tokens = new ArrayList<>();
            for (int i = store.firstToken(); i < store.event().tokens().length; i++) {
                tokens.add(Integer.toUnsignedLong(store.event().tokens()[i]));
            }
            return tokens;
        }

        private void expectation(Case one) {
            Object expected = one.raw("expect");
            if (expected instanceof String text) {
                String word = text.split("[ (,;:]", 2)[0].toLowerCase(Locale.ROOT);
                Mismatch.require(one.path() + ".expect " + text, !DROPPED.contains(word), !indexed.isEmpty());
            } else if (expected instanceof List<?>) {
                Mismatch.require(one.path() + ".expect", bits(one, "expect"), indexed);
            } else if (expected instanceof Map<?, ?>) {
                Case fields = one.object("expect");
                for (String field : fields.names()) {
                    switch (field) {
                        case "indexed", "applied", "forwarded" ->
                            Mismatch.require(fields.path() + "." + field, bits(fields, field), indexed);
                        case "dropped" -> {
                            if (fields.raw(field) instanceof Map<?, ?>) {
                                reasons(fields.object(field));
                            } else {
                                Mismatch.require(fields.path() + ".dropped", bits(fields, field), dropped);
                            }
                        }
                        default -> {
                            if (fields.raw(field) instanceof Map<?, ?>) {
                                check(fields.object(field), Case.bits(field));
                            } else {
                                ofAll(fields, field);
                            }
                        }
                    }
                }
            }
            String reason = one.text(one.either("reason", "dropReason"), null);
            if (reason != null) {
                Mismatch.require(one.path() + ": something was dropped because of " + reason, true, drops(reason) > 0);
            }
        }

        /** Checks one thing of all blocks that went through. */
        private void ofAll(Case expected, String field) {
            if (indexed.isEmpty()) {
                throw new Mismatch(expected.path() + "." + field + ": no block went through");
            }
            Map<String, @Nullable Object> one = new HashMap<>();
            one.put(field, expected.raw(field));
            indexed.forEach(hash -> check(Case.of(expected.path(), one), hash));
        }

        private void reasons(Case expected) {
            for (String reason : expected.names()) {
                Mismatch.require(expected.path() + "." + reason, expected.integer(reason), drops(reason));
            }
        }

        private long drops(String reason) {
            String ours = switch (reason.toLowerCase(Locale.ROOT)) {
                case "unsupported_ownership", "ownership" -> "FOREIGN_OWNER";
                case "non_local_locality", "locality" -> "NOT_LOCAL";
                case "non_main_attention_group", "group" -> "NOT_MAIN_GROUP";
                case "unaligned_blocks", "unaligned" -> "UNALIGNED";
                case "self_referencing_hashes", "self_reference" -> "SELF_REFERENCE";
                case "malformed" -> "MALFORMED_EVENT";
                case "unknown_type" -> "UNKNOWN_EVENT";
                default -> reason.toUpperCase(Locale.ROOT);
            };
            return normalizer.drops().toMap().entrySet().stream()
                    .filter(entry -> entry.getKey().name().equals(ours))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        private static List<Long> bits(Case one, String field) {
            return one.list(field).stream().map(Case::bits).toList();
        }
    }
}
