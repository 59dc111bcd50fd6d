// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

/**
 * One way out of a chip, at its nominal speed; what is reached of it is the business of a cost model.
 *
 * @param kind what it joins
 * @param technology the name in words, such as {@code NVLink 4, all-to-all through NVSwitch}
 * @param gigabytesPerSecond all that one chip can send at once, in GB/s (10^9 bytes) per direction; finite and above 0
 * @param peerGigabytesPerSecond what it can send to one peer, in GB/s per direction: a part of the above where links form a
 *     mesh or a torus; above 0 and at most {@code gigabytesPerSecond}
 * @param chips how many chips the link joins, this one included; 1 for the host, at least 2 otherwise
 * @param note what else is worth knowing; may be empty
 * @param source who says so
 */
public record Link(
        LinkKind kind,
        String technology,
        double gigabytesPerSecond,
        double peerGigabytesPerSecond,
        int chips,
        String note,
        String source) {
    /** Checks the link. */
    public Link {
        requireNonNull(kind, "kind");
        requireNonNull(technology, "technology");
        requireNonNull(note, "note");
        requireNonNull(source, "source");
        if (!(gigabytesPerSecond > 0 && gigabytesPerSecond < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gigabytesPerSecond must be finite and above 0, but was "
                    + gigabytesPerSecond + ".\nMaybe leave the link out if its speed is not known.");
        }
        if (!(peerGigabytesPerSecond > 0 && peerGigabytesPerSecond <= gigabytesPerSecond)) {
            throw new IllegalArgumentException("peerGigabytesPerSecond must be above 0 and at most gigabytesPerSecond ("
                    + gigabytesPerSecond + "), but was " + peerGigabytesPerSecond
                    + ".\nMaybe one of the two counts both directions.");
        }
        int fewest = kind == LinkKind.HOST ? 1 : 2;
        if (chips < fewest || (kind == LinkKind.HOST && chips > 1)) {
            throw new IllegalArgumentException("chips must be "
                    + (kind == LinkKind.HOST ? "1" : "at least 2")
                    + " for a link of kind "
                    + kind.label()
                    + ", but was "
                    + chips
                    + ".\nMaybe count this chip and all that it reaches without another hop.");
        }
    }
}
