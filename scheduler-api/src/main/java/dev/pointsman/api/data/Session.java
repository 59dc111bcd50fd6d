// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/** The identity that ties the turns of a conversation together, as a producer found it in the request. */
public final class Session {
    /** The producer of the session id. */
    public static final String PRODUCER = "session-id-producer";

    /** The session id, absent if the request has none. */
    public static final AttributeKey<String> ID = new AttributeKey<>("session.id", PRODUCER, String.class);

    private Session() {}
}
