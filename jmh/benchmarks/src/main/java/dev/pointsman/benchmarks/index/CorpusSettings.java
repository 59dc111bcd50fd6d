// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

/**
 * The fleet that makes a corpus, and how often it gets the trace.
 *
 * @param endpoints mock engines, at least 1
 * @param blocksPerEndpoint KV blocks of each, at least 1
 * @param blockTokens tokens in an engine's block; the trace's block must be a multiple of it
 * @param duplication copies of the trace that run side by side and share no block, at least 1
 * @param ownNames whether each engine names a block in its own way (a random hash seed) rather than all in the same
 * @param seed decides which request goes where, and all hashes
 */
record CorpusSettings(
        int endpoints, int blocksPerEndpoint, int blockTokens, int duplication, boolean ownNames, long seed) {
    CorpusSettings {
        if (endpoints < 1 || blocksPerEndpoint < 1 || blockTokens < 1 || duplication < 1) {
            throw new IllegalArgumentException("corpus: endpoints, blocks, tokens in a block and duplication must be at"
                    + " least 1, but were " + endpoints + ", " + blocksPerEndpoint + ", " + blockTokens + " and "
                    + duplication + ".\nMaybe leave them at their defaults.");
        }
    }

    /** Returns the fleet of dynamo's mooncake_bench: 128 engines of 16,384 blocks of 128 tokens, which name blocks alike. */
    static CorpusSettings of(int duplication, long seed) {
        return new CorpusSettings(128, 16_384, 128, duplication, false, seed);
    }
}
