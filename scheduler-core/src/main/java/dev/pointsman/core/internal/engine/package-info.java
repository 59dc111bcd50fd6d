// SPDX-License-Identifier: Apache-2.0

/**
 * The engine: the way of one request from snapshot to dispatch. The builder compiles a blueprint of plugins, whose order and
 * data are settled once, and the engine runs it with state that it owns and reuses. Decisions, rejections and explanations
 * leave; a plugin that fails is isolated here.
 */
@NullMarked
package dev.pointsman.core.internal.engine;

import org.jspecify.annotations.NullMarked;
