// SPDX-License-Identifier: Apache-2.0
/**
 * Runs cases that were gathered from llm-d and its peers: what goes in, and what has to come out. A case file comes in, a
 * verdict for each case leaves. Each group of cases knows the shapes of its kind and asks the built-in plugins, through their
 * factories or a loaded configuration.
 */
@NullMarked
package dev.pointsman.core.cases;

import org.jspecify.annotations.NullMarked;
