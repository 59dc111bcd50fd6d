// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing.rules;

/**
 * A number for prefill and one for decode: replicas, or what one of them needs.
 *
 * @param prefill of prefill
 * @param decode of decode
 */
public record RolePair(int prefill, int decode) {
    int total(RolePair each) {
        return prefill * each.prefill + decode * each.decode;
    }

    boolean opposes(RolePair proposed) {
        return Integer.signum(proposed.prefill - prefill) * Integer.signum(proposed.decode - decode) < 0;
    }
}
