// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

/**
 * Bytes that are no batch of events; the message says where, what was found and what was expected. It has no stack
 * trace: what matters is the place in the bytes, and whoever sends garbage shall not make its readers slow.
 */
public final class KvEventFormatException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Tells what is wrong.
     *
     * @param message the fact with its place, then what to try
     */
    public KvEventFormatException(String message) {
        super(message, null, false, false);
    }

    /**
     * Tells what is wrong, and how it was found.
     *
     * @param message the fact with its place, then what to try
     * @param cause how it was found
     */
    public KvEventFormatException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
