// SPDX-License-Identifier: Apache-2.0

/**
 * How plugins are made by name: a factory has a type name, reads typed parameters and says which there are. Hosts register
 * factories or let them be discovered, and profiles then name plugins by type. Errors leave here as {@link
 * dev.pointsman.api.config.ParameterException}, which says where, what was found and what would be right.
 */
@NullMarked
package dev.pointsman.api.config;

import org.jspecify.annotations.NullMarked;
