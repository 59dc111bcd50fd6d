// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

import dev.pointsman.api.decision.Dispatch;
import java.util.Map;

/** Adds headers to responses, such as a token by which a client comes back to the endpoint that answered. */
@FunctionalInterface
public interface ResponseDecorator extends Plugin {
    /**
     * Adds this plugin's headers to a response. Whatever it throws costs only its own headers.
     *
     * @param dispatch the request that is being answered, by its present {@linkplain Dispatch#target() target}
     * @param headers where to put them, by lower-case name
     */
    void decorate(Dispatch dispatch, Map<String, String> headers);
}
