// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.explain;

import static java.util.Objects.requireNonNull;

/**
 * What a filter said of a candidate. Immutable.
 *
 * @param filter the filter's name
 * @param kept whether the candidate stayed
 * @param failed whether the filter failed, so that the verdict is the engine's: kept, or removed by a constraint
 */
public record FilterVerdict(String filter, boolean kept, boolean failed) {
    public FilterVerdict {
        requireNonNull(filter, "filter");
    }
}
