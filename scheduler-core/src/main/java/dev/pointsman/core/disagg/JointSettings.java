// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a handler was told, as the search reads it.
 *
 * @param perRole how many endpoints of a role are compared with all of another, at least 1
 * @param interference what a second counts that running requests lose, at least 0
 * @param backlog what a second counts that later requests are delayed by, at least 0
 * @param switchNanos the least gain for which to switch between local and remote
 * @param switchShare the least gain as a share of the score, at least 0 and below 1
 * @param required how far apart a pair may be
 * @param links links that replace the catalog's
 * @param lowerTier the way from a lower tier that replaces the catalog's host link, or null
 * @param lowerTierWeight what a block in a lower tier counts in weighted matches, at least 0 and below 1
 * @param peerPull whether readers may pull KV from others of their role
 * @param encodeNanosPerToken what encoding takes for a token of an image or the like
 * @param revisionLabel the label in which pairs must not differ
 */
record JointSettings(
        int perRole,
        double interference,
        double backlog,
        double switchNanos,
        double switchShare,
        Distance required,
        Map<Distance, KvLink> links,
        @Nullable KvLink lowerTier,
        double lowerTierWeight,
        boolean peerPull,
        double encodeNanosPerToken,
        String revisionLabel) {
    JointSettings {
        links = links.isEmpty() ? Map.of() : new EnumMap<>(links);
    }
}
