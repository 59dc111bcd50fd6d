// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

/**
 * How much context fits into the memory that weights leave free.
 *
 * @param tokens tokens that all sequences of the replica can hold together, counted at what a token adds beyond any window; 0 if
 *     the weights alone do not fit
 * @param freeBytesPerChip what the fullest chip has left for KV; negative if the weights do not fit
 * @param weightBytesPerChip weights on that chip
 * @param bytesPerTokenPerChip what one more token of a sequence adds on a chip that holds it
 * @param fixedBytesPerSequencePerChip what a sequence takes beside that once it is longer than the window: the window's KV and
 *     recurrent state
 */
public record KvCapacity(
        long tokens,
        double freeBytesPerChip,
        double weightBytesPerChip,
        double bytesPerTokenPerChip,
        double fixedBytesPerSequencePerChip) {
    /** Tells whether weights and at least one token fit. */
    public boolean fits() {
        return tokens > 0;
    }
}
