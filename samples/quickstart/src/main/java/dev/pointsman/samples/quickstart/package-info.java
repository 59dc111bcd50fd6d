// SPDX-License-Identifier: Apache-2.0

/**
 * The scheduler embedded in a reverse proxy: {@link dev.pointsman.samples.quickstart.Quickstart} is the lesson, the rest are
 * its surroundings. Chat requests come in over HTTP. They leave to the model server that the scheduler chose, and the answers
 * stream back.
 */
@NullMarked
package dev.pointsman.samples.quickstart;

import org.jspecify.annotations.NullMarked;
