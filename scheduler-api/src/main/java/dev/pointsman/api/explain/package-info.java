// SPDX-License-Identifier: Apache-2.0

/**
 * Why a decision came out as it did: for each profile, every candidate with the filters' verdicts, the scorers' raw and
 * weighted scores, its total and the age of what was known about it. The engine builds these values when a host asks for
 * an explanation; people and programs read them, as objects, as JSON or as a table. Everything is immutable.
 */
@NullMarked
package dev.pointsman.api.explain;

import org.jspecify.annotations.NullMarked;
