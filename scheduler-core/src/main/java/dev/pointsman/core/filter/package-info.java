// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in filters, which say where a request must not run, or should not as long as there is another place. A profile brings
 * in the candidates; those whose role, labels, session, place or load do not fit are removed, and no others. Filters by role and
 * by label are constraints: if one of them fails, the profile ends rather than run a request where it must not. Type names,
 * parameters and rules are those of llm-d's endpoint picker (llm-d-router v0.10) and of Kubernetes label selectors, and a class
 * that departs from them says where and why.
 */
@NullMarked
package dev.pointsman.core.filter;

import org.jspecify.annotations.NullMarked;
