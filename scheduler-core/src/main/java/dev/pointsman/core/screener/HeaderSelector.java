// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * A header that carries a label's value from one phase of a request to the next. Immutable.
 *
 * @param name what the selector is called
 * @param headerName the header, of requests and responses, in lower case
 * @param labelKey the label
 * @param strict whether a request that has the header may run only where the label is equal; otherwise the header is only put on
 *     responses, and a scorer can prefer by it
 */
public record HeaderSelector(String name, String headerName, String labelKey, boolean strict) {
    public HeaderSelector {
        requireNonNull(name, "name");
        headerName = headerName.strip().toLowerCase(Locale.ROOT);
        if (headerName.isEmpty() || requireNonNull(labelKey, "labelKey").isBlank()) {
            throw new IllegalArgumentException("header selector " + name
                    + ": needs a header and a label.\nMaybe the label is disaggregatedset.x-k8s.io/revision.");
        }
    }
}
