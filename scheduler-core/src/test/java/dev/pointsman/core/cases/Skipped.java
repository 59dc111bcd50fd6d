// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

/** A case that cannot be run here: a fact in prose, or of a feature that is not here. */
final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Skipped(String why) {
        super(why);
    }
}
