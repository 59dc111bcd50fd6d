// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Filter;

/**
 * Keeps the endpoints that the client lists in a header, so that a test of a gateway can say where a request must go (llm-d's
 * {@code header-based-testing-filter}). Not for production: it lets clients choose.
 *
 * <p>The header {@value #HEADER} lists addresses, {@code host} or {@code host:port}, separated by commas. Without it, and if
 * nobody is listed, none is kept. In llm-d what is kept comes in the order of the list; here the order of candidates never
 * means anything, so a picker decides among them.
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates) times the header's length, allocates nothing.
 */
public final class HeaderEndpointFilter implements Filter {
    /** The header that lists addresses. */
    public static final String HEADER = "test-epp-endpoint-selection";

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        String list = cycle.request().headers().first(HEADER);
        for (int i = 0; i < candidates.size(); i++) {
            if (list == null || !lists(list, candidates.endpoint(i).address())) {
                candidates.remove(i);
            }
        }
    }

    private static boolean lists(String list, String address) {
        int from = 0;
        while (from <= list.length()) {
            int comma = list.indexOf(',', from);
            int to = comma < 0 ? list.length() : comma;
            if (names(list, from, to, address)) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    /** Tells whether an entry of the list is an address, whole or without its port. */
    private static boolean names(String list, int start, int end, String address) {
        int from = start;
        int to = end;
        while (from < to && Character.isWhitespace(list.charAt(from))) {
            from++;
        }
        while (from < to && Character.isWhitespace(list.charAt(to - 1))) {
            to--;
        }
        int length = to - from;
        return length > 0
                && address.regionMatches(0, list, from, length)
                && (length == address.length() || length == address.lastIndexOf(':'));
    }

    @Override
    public boolean constraint() {
        return true;
    }
}
