// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.workload;

import dev.pointsman.replay.trace.TraceReader;
import dev.pointsman.replay.trace.TraceRequest;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests of a workload, one after another.
 *
 * <p>Each kind of draw has a stream of its own, so that changing the range of answers, say, moves no arrival. Blocks are
 * numbered in sequence: the preamble's first, then each group's, then each prompt's.
 */
final class SharedPrefixReader implements TraceReader {
    private final SharedPrefixWorkload workload;
    private final SplittableRandom choices;
    private final SplittableRandom gaps;
    private final SplittableRandom answers;
    private final double[] cumulativeWeight;
    private final int commonBlocks;
    private final int[] systemTokens;
    private final long[] groupFirstBlock;
    private final int[] questionTokens;
    private final long[] promptFirstBlock;

    private long index;
    private int stage;
    private long stageStart;
    private long inStage;
    private double sinceStageStart;

    SharedPrefixReader(SharedPrefixWorkload workload) {
        this.workload = workload;
        SplittableRandom root = new SplittableRandom(workload.seed());
        SplittableRandom lengths = root.split();
        choices = root.split();
        gaps = root.split();
        answers = root.split();
        int groups = workload.groups();
        int prompts = groups * workload.promptsPerGroup();
        cumulativeWeight = new double[groups];
        double sum = 0;
        for (int g = 0; g < groups; g++) {
            // StrictMath gives the same bits on every machine; Math may not.
            sum += 1 / StrictMath.pow(g + 1, workload.skew());
            cumulativeWeight[g] = sum;
        }
        systemTokens = new int[groups];
        Arrays.setAll(systemTokens, g -> workload.systemTokens().draw(lengths));
        questionTokens = new int[prompts];
        Arrays.setAll(questionTokens, p -> workload.questionTokens().draw(lengths));
        commonBlocks = workload.commonTokens() / workload.blockTokens();
        groupFirstBlock = new long[groups];
        promptFirstBlock = new long[prompts];
        number();
    }

    @Override
    public @Nullable TraceRequest read() {
        long arrival = nextArrival();
        if (arrival < 0) {
            return null;
        }
        int group = drawGroup();
        int prompt = group * workload.promptsPerGroup() + choices.nextInt(workload.promptsPerGroup());
        int answer = workload.outputTokens().draw(answers);
        return new TraceRequest(index++, arrival, inputTokens(group, prompt), answer, blocks(group, prompt));
    }

    @Override
    public void close() {}

    private void number() {
        long next = commonBlocks;
        for (int g = 0; g < groupFirstBlock.length; g++) {
            groupFirstBlock[g] = next;
            next += sharedBlocks(g) - commonBlocks;
        }
        for (int p = 0; p < promptFirstBlock.length; p++) {
            int group = p / workload.promptsPerGroup();
            promptFirstBlock[p] = next;
            next += totalBlocks(group, p) - sharedBlocks(group);
        }
    }

    /** Returns the next arrival in nanoseconds, or -1 after the last stage. */
    private long nextArrival() {
        while (stage < workload.stages().size()) {
            RateStage current = workload.stages().get(stage);
            double seconds;
            if (workload.arrivals() == Arrivals.CONSTANT) {
                seconds = inStage / current.requestsPerSecond();
            } else {
                sinceStageStart -= StrictMath.log(1 - gaps.nextDouble()) / current.requestsPerSecond();
                seconds = sinceStageStart;
            }
            long nanos = (long) (seconds * 1e9);
            if (nanos < current.nanos()) {
                inStage++;
                return stageStart + nanos;
            }
            stageStart += current.nanos();
            stage++;
            inStage = 0;
            sinceStageStart = 0;
        }
        return -1;
    }

    private int drawGroup() {
        double point = choices.nextDouble() * cumulativeWeight[cumulativeWeight.length - 1];
        int found = Arrays.binarySearch(cumulativeWeight, point);
        return Math.min(found < 0 ? -found - 1 : found + 1, cumulativeWeight.length - 1);
    }

    private long[] blocks(int group, int prompt) {
        int shared = sharedBlocks(group);
        long[] blocks = new long[totalBlocks(group, prompt)];
        for (int i = 0; i < blocks.length; i++) {
            if (i < commonBlocks) {
                blocks[i] = i;
            } else if (i < shared) {
                blocks[i] = groupFirstBlock[group] + i - commonBlocks;
            } else {
                blocks[i] = promptFirstBlock[prompt] + i - shared;
            }
        }
        return blocks;
    }

    private int inputTokens(int group, int prompt) {
        return workload.commonTokens() + systemTokens[group] + questionTokens[prompt];
    }

    private int sharedBlocks(int group) {
        return (workload.commonTokens() + systemTokens[group]) / workload.blockTokens();
    }

    private int totalBlocks(int group, int prompt) {
        return (inputTokens(group, prompt) + workload.blockTokens() - 1) / workload.blockTokens();
    }
}
