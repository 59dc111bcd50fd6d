// SPDX-License-Identifier: Apache-2.0

/**
 * The compatibility kit: what the engine relies on and a plugin could get wrong, tried on small and large fleets, with and
 * without data, in any order of candidates and from several threads. A test comes in with one line, {@link
 * dev.pointsman.testkit.contract.PluginContract}; it passes, or an {@link java.lang.AssertionError} leaves that says which
 * rules were broken and what to try. It needs no test framework.
 */
@NullMarked
package dev.pointsman.testkit.contract;

import org.jspecify.annotations.NullMarked;
