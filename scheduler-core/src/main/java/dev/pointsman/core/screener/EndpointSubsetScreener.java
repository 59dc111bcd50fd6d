// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Screener;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps the endpoints that a proxy in front allows for a request, in the header {@value #HEADER}: a comma list of addresses, of
 * which only the IP counts and ports are passed over. Without the header all are kept; if it names nobody, none is.
 *
 * <p>IPv6 addresses may be written with or without brackets and in any of their forms. What is no IP is compared as a name, without
 * regard to case. Of a longer header only the first {@value #MAX_LENGTH} characters are looked at.
 *
 * <p>llm-d does this to every request and takes the list from the proxy's metadata ({@code envoy.lb.subset_hint}), which a client
 * cannot write. A host passes that on as the header, and drops what the client sent under the name.
 *
 * <p>Stateless and thread-safe. Nothing without the header; with it O(its length + candidates) and one short string for each entry
 * and candidate.
 */
public final class EndpointSubsetScreener implements Screener {
    /** The type name, and the usual name. */
    public static final String TYPE = "endpoint-subset-screener";

    /** The header that is read. */
    public static final String HEADER = "x-gateway-destination-endpoint-subset";

    private static final int MAX_LENGTH = 1 << 20;

    @Override
    public void screen(SchedulingCycle cycle, CandidateSet candidates) {
        String allowed = cycle.request().headers().first(HEADER);
        if (allowed == null) {
            return;
        }
        Set<String> hosts = hosts(allowed);
        for (int i = 0; i < candidates.size(); i++) {
            if (!hosts.contains(AddressHost.of(candidates.endpoint(i).address()))) {
                candidates.remove(i);
            }
        }
    }

    private static Set<String> hosts(String list) {
        Set<String> hosts = new HashSet<>();
        int end = Math.min(list.length(), MAX_LENGTH);
        for (int from = 0; from < end; ) {
            int comma = list.indexOf(',', from);
            int to = comma < 0 || comma > end ? end : comma;
            String host = AddressHost.of(list.substring(from, to));
            if (!host.isEmpty()) {
                hosts.add(host);
            }
            from = to + 1;
        }
        return hosts;
    }
}
