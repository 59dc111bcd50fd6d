// SPDX-License-Identifier: Apache-2.0
/**
 * Costs by load, work and cache that other routers decide by: what a candidate is loaded with comes in, from its metrics, the
 * load in flight and prefix matches, and one number for each candidate leaves, of which less is better. Each type works in
 * both kinds of profile: in a cost profile it adds its number, and in one of weighted scores it is turned into a score by
 * where it lies between the least and the greatest of the candidates, so that it composes with whatever else scores. A number
 * that is not in seconds by itself is multiplied by {@code secondsPerUnit} in a cost profile: what one block, one token or
 * one request of it is worth beside costs that are; alone in its profile it needs no such worth, and 1 will do.
 */
@NullMarked
package dev.pointsman.core.cost;

import org.jspecify.annotations.NullMarked;
