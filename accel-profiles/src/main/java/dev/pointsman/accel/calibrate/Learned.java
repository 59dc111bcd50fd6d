// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.calibrate;

/** What became of an observation. */
public enum Learned {
    /** It counts. */
    YES,
    /** It counts, but less far from what was expected than it was: an outlier. */
    CLIPPED,
    /** It does not count, because of its conditions. */
    NO
}
