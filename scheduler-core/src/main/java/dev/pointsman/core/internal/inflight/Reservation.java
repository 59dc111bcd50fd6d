// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.inflight;

import org.jspecify.annotations.Nullable;

/**
 * The load that one leg of a dispatch holds on one endpoint. Not thread-safe: the engine, and later the dispatch, guards it.
 * What has been released is not released again.
 */
public final class Reservation {
    private final LoadCell cell;
    private long promptTokens;
    private long outputTokens;
    private boolean held = true;

    private Reservation(LoadCell cell, long promptTokens, long outputTokens) {
        this.cell = cell;
        this.promptTokens = promptTokens;
        this.outputTokens = outputTokens;
    }

    /**
     * Reserves if no other reservation came on that cell since a version was read.
     *
     * @return null if one did
     */
    public static @Nullable Reservation tryOn(LoadCell cell, long version, long promptTokens, long outputTokens) {
        return cell.tryReserve(version, promptTokens + outputTokens)
                ? new Reservation(cell, promptTokens, outputTokens)
                : null;
    }

    /** Reserves whatever came since. */
    public static Reservation on(LoadCell cell, long promptTokens, long outputTokens) {
        cell.reserve(promptTokens + outputTokens);
        return new Reservation(cell, promptTokens, outputTokens);
    }

    /** Gives back the tokens of the prompt: it has been read, or another leg reads it. */
    public void promptRead() {
        if (held) {
            cell.release(0, promptTokens);
            promptTokens = 0;
        }
    }

    /** Gives back the tokens of output: another leg answers. */
    public void withoutOutput() {
        if (held) {
            cell.release(0, outputTokens);
            outputTokens = 0;
        }
    }

    /** Gives back all that is left. */
    public void release() {
        if (held) {
            held = false;
            cell.release(1, promptTokens + outputTokens);
        }
    }
}
