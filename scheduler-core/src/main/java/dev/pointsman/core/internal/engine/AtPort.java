// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.decision.Target;
import dev.pointsman.api.fleet.Endpoint;

/** A leg whose endpoints are reached at another port of their hosts. */
final class AtPort {
    private AtPort() {}

    static Leg of(Leg leg, int port) {
        return new Leg(
                leg.profile(),
                of(leg.target(), port),
                leg.fallbacks().stream().map(target -> of(target, port)).toList());
    }

    private static Target of(Target target, int port) {
        Endpoint endpoint = target.endpoint();
        String address = endpoint.address();
        // The last colon, so that the colons of an IPv6 address in brackets stay.
        int colon = address.lastIndexOf(':');
        String host = colon > address.lastIndexOf(']') ? address.substring(0, colon) : address;
        return new Target(
                endpoint.toBuilder(host + ":" + port).build(), target.slot(), target.incarnation(), target.total());
    }
}
