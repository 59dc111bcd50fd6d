// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Role;
import java.util.Map;

/**
 * What one simulated server is. Immutable.
 *
 * @param name what people call its pool, such as {@code prefill/h100-sxm/tp4}
 * @param role which stages it serves
 * @param times how long its work takes
 * @param kvTokens tokens of context that its memory holds, at least 1
 * @param chunkTokens tokens of prompts that it reads in one step at most, at least 1
 * @param mostSequences sequences that it works on at once at most, at least 1
 * @param bytesPerSecond what its link moves in each direction, above 0
 * @param kvBytesPerToken what a token of context weighs on a link, at least 0
 * @param layers layers of the model, at least 1
 * @param labels what the scheduler is told of it
 */
public record ServerKind(
        String name,
        Role role,
        ServiceTimes times,
        long kvTokens,
        int chunkTokens,
        int mostSequences,
        double bytesPerSecond,
        double kvBytesPerToken,
        int layers,
        Map<String, String> labels) {
    /** Sequences that engines work on at once unless told otherwise. */
    public static final int DEFAULT_SEQUENCES = 256;

    /** Checks the numbers. */
    public ServerKind {
        requireNonNull(name, "name");
        requireNonNull(role, "role");
        requireNonNull(times, "times");
        labels = Map.copyOf(labels);
        if (!role.prefills() && !role.decodes()) {
            throw new IllegalArgumentException(name + ": must read prompts or decode, but its role is " + role
                    + ".\nMaybe prefill, decode or both was meant.");
        }
        if (kvTokens < 1 || chunkTokens < 1 || mostSequences < 1 || layers < 1) {
            throw new IllegalArgumentException(
                    name + ": KV tokens, chunk, sequences and layers must be at least 1, but were " + kvTokens + ", "
                            + chunkTokens + ", " + mostSequences + " and " + layers
                            + ".\nMaybe the model does not fit on so few chips.");
        }
        if (!(bytesPerSecond > 0) || !(kvBytesPerToken >= 0)) {
            throw new IllegalArgumentException(name + ": bandwidth must be above 0 and bytes at least 0, but were "
                    + bytesPerSecond + " and " + kvBytesPerToken + ".\nMaybe the link is missing in the catalog.");
        }
    }
}
