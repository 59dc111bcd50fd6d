// SPDX-License-Identifier: Apache-2.0

/**
 * Runs conformance cases: files of inputs and expectations that were gathered from other routers' tests and documents.
 * A directory with a {@code kvindex.json} comes in, one group of cases at a time, and is told by the shape of each case,
 * never by its name, what to do. Verdicts leave: passed, failed with what was expected and what came, or skipped.
 */
@NullMarked
package dev.pointsman.kvcache.cases;

import org.jspecify.annotations.NullMarked;
