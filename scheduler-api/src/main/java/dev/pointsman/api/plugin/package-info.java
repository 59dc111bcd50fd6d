// SPDX-License-Identifier: Apache-2.0

/**
 * What a plugin may be: each extension point of the scheduler is one small interface. A plugin implements the ones it
 * needs, several if it must, and is given to the scheduler as an instance or made by a {@linkplain
 * dev.pointsman.api.config.PluginFactory factory}. All plugins must be thread-safe: one instance serves every request.
 *
 * <p>The simple forms {@link dev.pointsman.api.plugin.EndpointFilter} and {@link
 * dev.pointsman.api.plugin.EndpointScorer} have one method each and can be lambdas.
 */
@NullMarked
package dev.pointsman.api.plugin;

import org.jspecify.annotations.NullMarked;
