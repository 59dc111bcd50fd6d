// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.affinity;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.Session;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.api.request.Prompt;
import dev.pointsman.api.request.TokenView;
import dev.pointsman.core.internal.builtin.Hashing;
import dev.pointsman.core.internal.builtin.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes requests alike, so that they should run in the same place: a header, the session, or how the prompt begins. Several
 * can be tried in order; the first that a request has is its key.
 *
 * <pre>{@code
 * AffinityKey key = AffinityKey.header("x-routing-key").or(AffinityKey.session()).or(AffinityKey.prompt(256));
 * }</pre>
 *
 * <p>Immutable and thread-safe. Hashing reads the characters of the key, and of a prompt its beginning only; it allocates nothing
 * once there are buffers for prompts of text.
 */
public final class AffinityKey {
    /** How many tokens are the beginning of a prompt unless told otherwise (as in SMG's {@code prefix_hash}). */
    public static final int DEFAULT_PREFIX_TOKENS = 256;

    /** The hash of a request that has no key. */
    static final long NONE = Long.MIN_VALUE;

    static final int MOST_PREFIX_TOKENS = 1 << 20;

    private static final int BYTES_A_TOKEN = 4;
    private static final byte[] NO_BUFFER = {};

    private final List<Source> sources;
    private final Pool<byte[]> buffers = new Pool<>(() -> NO_BUFFER);

    private AffinityKey(List<Source> sources) {
        this.sources = List.copyOf(sources);
    }

    /** Returns the session that a request belongs to ({@link Session#ID}). */
    public static AffinityKey session() {
        return new AffinityKey(List.of(new Source(Kind.SESSION, "", 0)));
    }

    /**
     * Returns the value of a header; an empty one counts as none.
     *
     * @param name in any case; not blank
     */
    public static AffinityKey header(String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException(
                    "header name: must not be blank.\nMaybe use AffinityKey.session() for sessions.");
        }
        return new AffinityKey(List.of(new Source(Kind.HEADER, name.strip().toLowerCase(Locale.ROOT), 0)));
    }

    /**
     * Returns the beginning of the prompt, together with all else that its KV cache depends on: model, adapter and salt.
     *
     * @param tokens its length; at least 1. Of text it is four times as many bytes, of block hashes the full blocks that fit, and
     *     at least one
     */
    public static AffinityKey prompt(int tokens) {
        if (tokens < 1 || tokens > MOST_PREFIX_TOKENS) {
            throw new IllegalArgumentException("prefixTokens: must be between 1 and " + MOST_PREFIX_TOKENS
                    + ", but was " + tokens + ".\nMaybe leave it out; " + DEFAULT_PREFIX_TOKENS + " is used then.");
        }
        return new AffinityKey(List.of(new Source(Kind.PROMPT, "", tokens)));
    }

    /** Returns this key for requests that have it, and another one for the rest. */
    public AffinityKey or(AffinityKey other) {
        List<Source> all = new ArrayList<>(sources);
        all.addAll(other.sources);
        return new AffinityKey(all);
    }

    /** Returns the data that must have been produced for this key. */
    Set<DataKey> consumes() {
        return sources.stream().anyMatch(source -> source.kind == Kind.SESSION) ? Set.of(Session.ID) : Set.of();
    }

    /** Returns the hash of a request's key, or {@link #NONE}. */
    long hash(SchedulingCycle cycle) {
        for (int i = 0; i < sources.size(); i++) {
            long hash = hash(sources.get(i), cycle);
            if (hash != NONE) {
                return hash;
            }
        }
        return NONE;
    }

    private long hash(Source source, SchedulingCycle cycle) {
        return switch (source.kind) {
            case SESSION -> ofText(cycle.attribute(Session.ID));
            case HEADER -> ofText(cycle.request().headers().first(source.header));
            case PROMPT -> ofPrompt(cycle.request(), source.prefixTokens);
        };
    }

    private static long ofText(@Nullable String text) {
        return text == null || text.isEmpty() ? NONE : known(Hashing.with(0, text));
    }

    private long ofPrompt(InferenceRequest request, int most) {
        long cache = Hashing.with(0, request.model());
        String adapter = request.loraAdapter();
        String salt = request.cacheSalt();
        cache = adapter == null ? cache : Hashing.with(Hashing.with(cache, 1), adapter);
        cache = salt == null ? cache : Hashing.with(Hashing.with(cache, 2), salt);
        Prompt prompt = request.prompt();
        if (prompt instanceof Prompt.Tokens tokens) {
            return ofTokens(cache, tokens.view(), most);
        }
        if (prompt instanceof Prompt.Text text) {
            return ofBytes(cache, text, most * BYTES_A_TOKEN);
        }
        Prompt.Blocks blocks = (Prompt.Blocks) prompt;
        int fitting = Math.min(blocks.blockCount(), Math.max(1, most / blocks.blockSize()));
        return fitting == 0 ? NONE : known(Hashing.with(cache, blocks.hash(fitting - 1)));
    }

    private static long ofTokens(long cache, TokenView view, int most) {
        int count = Math.min(view.size(), most);
        long hash = cache;
        for (int i = 0; i < count; i++) {
            hash = Hashing.with(hash, view.token(i));
        }
        return count == 0 ? NONE : known(hash);
    }

    private long ofBytes(long cache, Prompt.Text text, int most) {
        int count = Math.min(text.byteCount(), most);
        byte[] bytes = buffers.borrow();
        if (bytes.length < count) {
            bytes = new byte[most];
        }
        text.copyTo(0, bytes, 0, count);
        long hash = cache;
        for (int i = 0; i < count; i++) {
            hash = Hashing.with(hash, bytes[i]);
        }
        buffers.giveBack(bytes);
        return count == 0 ? NONE : known(hash);
    }

    private static long known(long hash) {
        return hash == NONE ? NONE + 1 : hash;
    }

    private enum Kind {
        SESSION,
        HEADER,
        PROMPT
    }

    private record Source(Kind kind, String header, int prefixTokens) {}
}
