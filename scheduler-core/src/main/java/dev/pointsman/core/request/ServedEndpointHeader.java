// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.request;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.plugin.ResponseDecorator;
import java.util.Map;

/**
 * Says in the response which endpoint answers, for tests of a gateway (llm-d's test aid {@code
 * destination-endpoint-served-verifier}): the header {@value #HEADER} holds the address of the dispatch's present target.
 *
 * <p>llm-d's picker sits beside a proxy that may connect elsewhere than it was told, so there the proxy's word is repeated. A host of
 * this library connects itself, and moves the dispatch along when it fails over; so the dispatch knows, and there is no other
 * word to verify.
 *
 * <p>Stateless and thread-safe.
 */
public final class ServedEndpointHeader implements ResponseDecorator {
    /** The header that gateway conformance tests look at. */
    public static final String HEADER = "x-conformance-test-served-endpoint";

    @Override
    public void decorate(Dispatch dispatch, Map<String, String> headers) {
        headers.put(HEADER, dispatch.target().address());
    }
}
