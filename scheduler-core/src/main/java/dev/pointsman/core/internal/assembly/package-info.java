// SPDX-License-Identifier: Apache-2.0

/**
 * Where a scheduler is put together: plugins are found or made, checked for their place, and ordered by the data that they
 * read and write. The builder hands in what the host declared. A {@link dev.pointsman.core.internal.assembly.Blueprint} leaves,
 * which settles all of this once, so that no request has to.
 */
@NullMarked
package dev.pointsman.core.internal.assembly;

import org.jspecify.annotations.NullMarked;
