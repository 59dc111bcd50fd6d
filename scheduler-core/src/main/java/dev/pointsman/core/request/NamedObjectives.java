// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Priorities by name, so that callers say what kind of work they bring and the host says what that is worth (llm-d's {@code
 * InferenceObjective}). Immutable and thread-safe.
 *
 * <pre>{@code
 * NamedObjectives objectives = NamedObjectives.of(Map.of("interactive", 10, "batch", -1));
 * }</pre>
 */
public final class NamedObjectives {
    /** No names; every request keeps the priority that the host gave it. */
    public static final NamedObjectives NONE = new NamedObjectives(Map.of());

    private final Map<String, Integer> priorities;

    private NamedObjectives(Map<String, Integer> priorities) {
        this.priorities = priorities;
    }

    /**
     * Takes priorities.
     *
     * @param priorities by name; higher is served first, and a negative one may be shed under load
     */
    public static NamedObjectives of(Map<String, Integer> priorities) {
        return new NamedObjectives(Map.copyOf(requireNonNull(priorities, "priorities")));
    }

    /**
     * Reads priorities from a configuration: one whole number for each name.
     *
     * @throws dev.pointsman.api.config.ParameterException if one is none
     */
    public static NamedObjectives of(Parameters parameters) {
        Map<String, Integer> priorities = new LinkedHashMap<>();
        for (String name : parameters.names()) {
            priorities.put(name, (int) parameters.requiredInteger(name, Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        return of(priorities);
    }

    /** Returns the priority of a name; 0 for null and for names that are not known, as llm-d has it. */
    public int priority(@Nullable String name) {
        return name == null ? 0 : priorities.getOrDefault(name, 0);
    }

    /** Returns the priorities by name; unmodifiable. */
    public Map<String, Integer> priorities() {
        return priorities;
    }

    @Override
    public String toString() {
        return "NamedObjectives" + priorities;
    }
}
