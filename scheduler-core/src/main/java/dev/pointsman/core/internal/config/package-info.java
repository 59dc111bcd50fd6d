// SPDX-License-Identifier: Apache-2.0

/**
 * Reading configuration text: a tree in which every value knows its line. YAML or JSON from outside comes in; a bounded tree,
 * or an error that names the place, leaves. Nothing here knows what a configuration means.
 */
@NullMarked
package dev.pointsman.core.internal.config;

import org.jspecify.annotations.NullMarked;
