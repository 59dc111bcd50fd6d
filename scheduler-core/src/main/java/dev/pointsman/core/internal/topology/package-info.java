// SPDX-License-Identifier: Apache-2.0

/**
 * How near two endpoints are to each other in the data centre. The labels of two endpoints come in, from a filter or scorer
 * that keeps the stages of one request together. The tightest tier that both are in leaves.
 */
@NullMarked
package dev.pointsman.core.internal.topology;

import org.jspecify.annotations.NullMarked;
