// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

/**
 * A plugin and what it is called in explanations and logs.
 *
 * @param <T> the extension point it serves here
 */
public record Named<T>(String name, T plugin) {}
