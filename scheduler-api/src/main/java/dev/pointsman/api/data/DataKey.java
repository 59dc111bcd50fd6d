// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.data;

/**
 * Names one piece of data that a producer writes and other plugins read.
 *
 * <p>Two keys are the same if their type, their name and their producer are equal. The producer tells apart several
 * sources of the same kind of data, such as two prefix indexes.
 */
public sealed interface DataKey permits AttributeKey, LongColumnKey, DoubleColumnKey {
    /** Returns what the data is, such as {@code prefix-match.blocks}. */
    String name();

    /** Returns who produces it: a producer's name. */
    String producer();
}
