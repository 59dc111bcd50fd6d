// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in filters, which say where a request must not run. A profile brings in the candidates; those whose role or
 * labels do not fit are removed, and no others. Both kinds are constraints: if one of them fails, the profile ends rather
 * than run a request where it must not. Type names, parameters and rules are those of llm-d's endpoint picker
 * (llm-d-router v0.10) and of Kubernetes label selectors.
 */
@NullMarked
package dev.pointsman.core.filter;

import org.jspecify.annotations.NullMarked;
