// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.snapshot;

import java.io.IOException;

/** A snapshot that cannot be loaded: it is damaged, of another kind or version, or larger than allowed. */
public final class SnapshotException extends IOException {
    private static final long serialVersionUID = 1;

    SnapshotException(String message) {
        super(message);
    }
}
