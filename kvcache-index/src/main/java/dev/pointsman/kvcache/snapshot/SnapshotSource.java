// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import java.io.IOException;
import java.io.InputStream;

/** Where a snapshot comes from. It is read twice: to check it, and to apply it. */
@FunctionalInterface
public interface SnapshotSource {
    /** Opens the snapshot at its beginning; the same bytes each time. */
    InputStream open() throws IOException;
}
