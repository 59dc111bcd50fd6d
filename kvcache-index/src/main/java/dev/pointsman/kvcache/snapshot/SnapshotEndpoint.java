// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.feed.ResumePoint;

/**
 * An endpoint in a snapshot.
 *
 * @param name what names it across restarts, from 1 to {@value #MAX_NAME_BYTES} bytes of UTF-8
 * @param slot its slot in the index
 * @param resume how far its events had been applied, and how to tell its engine from another
 */
public record SnapshotEndpoint(String name, int slot, ResumePoint resume) {
    /** The longest name. */
    public static final int MAX_NAME_BYTES = 1024;

    /** Checks that all is there and the slot in its range. */
    public SnapshotEndpoint {
        requireNonNull(name, "name");
        requireNonNull(resume, "resume");
        if (slot < 0) {
            throw new IllegalArgumentException("endpoint " + name + ": slot " + slot
                    + " must be at least 0.\nMaybe the endpoint has left; then leave it out.");
        }
    }
}
