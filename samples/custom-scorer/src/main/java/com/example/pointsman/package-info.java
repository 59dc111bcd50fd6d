// SPDX-License-Identifier: Apache-2.0

/**
 * Plugins of your own: a scorer and a filter, each with a factory that makes it from a configuration. The scheduler comes in
 * through the two factories, by name. Scores and verdicts leave.
 */
@NullMarked
package com.example.pointsman;

import org.jspecify.annotations.NullMarked;
