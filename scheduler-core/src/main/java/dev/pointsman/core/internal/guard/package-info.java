// SPDX-License-Identifier: Apache-2.0

/**
 * The wall between the scheduler and plugins that fail. Everything that plugins are told outside of a decision passes through
 * here, and every failure of a plugin comes here to be counted, logged and told. Nothing leaves but the failure that ends a
 * request when plugins are to fail fast.
 */
@NullMarked
package dev.pointsman.core.internal.guard;

import org.jspecify.annotations.NullMarked;
