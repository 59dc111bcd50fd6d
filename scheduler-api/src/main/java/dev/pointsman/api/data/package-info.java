// SPDX-License-Identifier: Apache-2.0

/**
 * What plugins tell each other about one request: typed attributes of the request, and numbers per endpoint in primitive
 * columns indexed by slot. Data producers write under a key, filters and scorers read under the same key, and the keys
 * that a plugin declares let the engine order producers and find missing ones. The well-known keys are here too.
 */
@NullMarked
package dev.pointsman.api.data;

import org.jspecify.annotations.NullMarked;
