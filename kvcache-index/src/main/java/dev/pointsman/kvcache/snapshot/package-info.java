// SPDX-License-Identifier: Apache-2.0

/**
 * An index on disk, so that a router that starts does not start cold. What endpoints hold comes in through a visitor, with
 * their names and how far their events had been applied. It leaves through {@link
 * dev.pointsman.kvcache.snapshot.IndexSnapshot}, into a file and out of it into an index, or with an error that says what
 * is wrong with the file, and then the index is empty.
 */
@NullMarked
package dev.pointsman.kvcache.snapshot;

import org.jspecify.annotations.NullMarked;
