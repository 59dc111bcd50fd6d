// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

import dev.pointsman.api.fleet.Endpoint;

/** Where an earlier stage of the same request will run, for the profiles of later stages to stay near it. */
public final class Peer {
    /** Who writes it: the profile handler. */
    public static final String PRODUCER = "profile-handler";

    /** The endpoint that the latest stage before this one chose; absent in the first stage. */
    public static final AttributeKey<Endpoint> ENDPOINT = new AttributeKey<>("peer-endpoint", PRODUCER, Endpoint.class);

    private Peer() {}
}
