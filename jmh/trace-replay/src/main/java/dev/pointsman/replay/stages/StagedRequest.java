// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.replay.trace.TraceRequest;

/** A request on its way through the stages; what is not final changes as it goes. */
final class StagedRequest {
    static final long NOT_YET = -1;

    final TraceRequest trace;
    final Dispatch dispatch;
    int prefillServer;
    final int decodeServer;

    /** Whole blocks of the prompt, which may be shared. */
    final int sharedBlocks;

    /** Blocks of its own where it is decoded: the prompt's last tokens and the answer. */
    final long ownBlocks;

    /** Blocks of its own where only its prompt is read. */
    final long ownPromptBlocks;

    /** Its place in the order in which requests came to the server where it waits. */
    long queued;

    /** Leading blocks that were where it decodes when its memory was taken there. */
    int hereBlocks;

    long cachedTokens;
    long newTokens;
    long readTokens;
    long prefillStart;
    long prefillEnd;
    long firstToken = NOT_YET;
    int generated;
    int reported;
    long lastStep;

    StagedRequest(TraceRequest trace, Dispatch dispatch, int prefillServer, int decodeServer, int blockTokens) {
        this.trace = trace;
        this.dispatch = dispatch;
        this.prefillServer = prefillServer;
        this.decodeServer = decodeServer;
        sharedBlocks = Math.min(trace.blocks().length, trace.inputTokens() / blockTokens);
        ownPromptBlocks = blocks(trace.inputTokens(), blockTokens) - sharedBlocks;
        ownBlocks = blocks((long) trace.inputTokens() + outputTokens(), blockTokens) - sharedBlocks;
    }

    /** Gives up what was read elsewhere: it is to be read where it decodes. */
    void readAgainWhereItDecodes() {
        prefillServer = decodeServer;
        readTokens = 0;
    }

    boolean remote() {
        return prefillServer != decodeServer;
    }

    /** Returns the length of the answer; a request that wants none still gets a token. */
    int outputTokens() {
        return Math.max(1, trace.outputTokens());
    }

    private static long blocks(long tokens, int blockTokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }
}
