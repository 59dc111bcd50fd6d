// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.benchmarks.index;

/** What the prompts of a lookup benchmark look like. Public for JMH, which makes parameters of it. */
public enum LookupShape {
    /** 128 blocks, which 4 of 128 endpoints hold. */
    FEW_HOLDERS(128, 4, 128, 0),

    /** 78 blocks, which one of 128 endpoints holds. */
    SINGLE_HOLDER(78, 1, 128, 0),

    /** 78 blocks, which 64 of 256 endpoints hold. */
    MANY_HOLDERS(78, 64, 256, 0),

    /** 128 blocks, which 2 of 1,000 endpoints hold; the first 16 are a system prompt that all endpoints hold. */
    COMMON_START(128, 2, 1_000, 16);

    private final int depth;
    private final int holders;
    private final int endpoints;
    private final int commonBlocks;

    LookupShape(int depth, int holders, int endpoints, int commonBlocks) {
        this.depth = depth;
        this.holders = holders;
        this.endpoints = endpoints;
        this.commonBlocks = commonBlocks;
    }

    int depth() {
        return depth;
    }

    int holders() {
        return holders;
    }

    int endpoints() {
        return endpoints;
    }

    int commonBlocks() {
        return commonBlocks;
    }
}
