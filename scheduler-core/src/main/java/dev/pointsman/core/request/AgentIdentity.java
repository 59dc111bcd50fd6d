// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.plugin.DataProducer;
import dev.pointsman.api.request.HeaderLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which agent's session a request belongs to, by the headers that coding agents send (llm-d's {@code
 * agent-identity}). It is what a request without a fairness id is fair by, if {@linkplain RequestHeaders headers are read}, and
 * what session affinity can go by.
 *
 * <p>The first header with a value counts: those that the host added, in their order, then {@code x-claude-code-session-id},
 * {@code x-session-affinity}, {@code session-id} and {@code session_id}. A value that is blank counts as none. So does one of more
 * than {@value #MAX_LENGTH} characters, which llm-d would take: whoever keeps identities bounds its memory by that.
 *
 * <p>Writes {@link #key} of its name, or nothing. Immutable and thread-safe; allocates nothing.
 */
public final class AgentIdentity implements DataProducer {
    /** The type name, and the usual name. */
    public static final String TYPE = "agent-identity";

    /** The longest identity that counts, in characters. */
    public static final int MAX_LENGTH = 512;

    private static final List<String> KNOWN =
            List.of("x-claude-code-session-id", "x-session-affinity", "session-id", "session_id");

    private final AttributeKey<String> key;
    private final List<String> headers;

    /** Makes a producer of the usual name that reads the headers of known agents. */
    public AgentIdentity() {
        this(TYPE, List.of());
    }

    /**
     * Makes a producer.
     *
     * @param name what it is called
     * @param additionalSessionHeaders names of headers to look at before those of known agents, in any case
     */
    public AgentIdentity(String name, List<String> additionalSessionHeaders) {
        key = key(name);
        List<String> all = new ArrayList<>();
        for (String header : additionalSessionHeaders) {
            if (requireNonNull(header, "header").isBlank()) {
                throw new IllegalArgumentException("additionalSessionHeaders: must not have a blank name."
                        + "\nMaybe leave the list out; the headers of known agents are read anyway.");
            }
            all.add(header.strip().toLowerCase(Locale.ROOT));
        }
        all.addAll(KNOWN);
        headers = List.copyOf(all);
    }

    /**
     * Names the identity that a producer writes.
     *
     * @param producer its name
     */
    public static AttributeKey<String> key(String producer) {
        return new AttributeKey<>(TYPE, requireNonNull(producer, "producer"), String.class);
    }

    /** Returns the identity that a request's headers tell, or null. */
    public @Nullable String identityIn(HeaderLookup lookup) {
        for (int i = 0; i < headers.size(); i++) {
            String value = lookup.first(headers.get(i));
            if (value != null && value.length() <= MAX_LENGTH && !value.isBlank()) {
                return value.strip();
            }
        }
        return null;
    }

    @Override
    public Set<DataKey> produces() {
        return Set.of(key);
    }

    @Override
    public void produce(ProductionCycle cycle, Candidates candidates) {
        String identity = identityIn(cycle.request().headers());
        if (identity != null) {
            cycle.put(key, identity);
        }
    }
}
