// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

/**
 * The terms of a deployment under a load, for whoever fits coefficients: each in seconds, before any coefficient. Thread-safe,
 * if the arrays are not shared.
 */
public final class Terms {
    static final double LAYER = 50e-6;
    static final double PARALLEL_LAYER = 30e-6;
    static final double EXPERT_LAYER = 50e-6;
    static final double EXPERT_BATCH = 10e-6;
    static final double REQUEST = 30e-6;
    static final double STEP = 2e-3;
    static final double PREFILL_LAYER = 300e-6;
    static final double PREFILL_REQUEST = 20e-3;
    static final double QUEUE_REQUEST = 5e-3;
    /** Benchmarks send ten requests for each client, so a tenth of them are the first wave, which waits half of itself. */
    static final double FIRST_WAVE = 1.0 / 20;

    private final Work work;

    /** Works out what does not depend on the load. */
    public Terms(Deployment deployment) {
        this(new Work(deployment));
    }

    Terms(Work work) {
        this.work = work;
    }

    /** Returns the terms of TPOT, in the order of {@link Term#DECODE}. */
    public double[] decode(ClosedLoop load) {
        double[] terms = new double[Term.DECODE.size()];
        decode(work, load.concurrency(), load.meanContextTokens(), terms);
        terms[11] = work.prefillBusy(load.promptTokens(), 0) * (load.concurrency() - 1) / load.outputTokens();
        return terms;
    }

    /**
     * Returns the terms of TTFT, in the order of {@link Term#FIRST_TOKEN}.
     *
     * @param tpotSeconds the TPOT predicted for the same load
     */
    public double[] firstToken(ClosedLoop load, double tpotSeconds) {
        double[] terms = new double[Term.FIRST_TOKEN.size()];
        prefill(work, load.promptTokens(), 0, terms);
        double busy = work.prefillBusy(load.promptTokens(), 0);
        double queue = log2(load.concurrency());
        double inMean = load.statistic() == ClosedLoop.Statistic.MEAN ? 1 : 0;
        terms[6] = busy * queue;
        terms[7] = QUEUE_REQUEST * queue;
        terms[8] = busy * (load.concurrency() - 1) * FIRST_WAVE * inMean;
        terms[9] = QUEUE_REQUEST * queue * inMean;
        terms[10] = tpotSeconds;
        return terms;
    }

    /**
     * Returns the terms of one decode step of a running engine, in the order of {@link Term#DECODE}.
     *
     * @param batch how many sequences are decoded together, at least 1
     * @param meanContextTokens their mean length
     * @param promptsPerStep how many prompts are read meanwhile, on average
     * @param promptTokens how long those are
     */
    public double[] decode(double batch, double meanContextTokens, double promptsPerStep, long promptTokens) {
        double[] terms = new double[Term.DECODE.size()];
        decode(work, batch, meanContextTokens, terms);
        terms[11] = promptsPerStep * work.prefillBusy(promptTokens, 0);
        return terms;
    }

    /**
     * Returns the terms of reading a prompt without a queue, in the order of {@link Term#FIRST_TOKEN}.
     *
     * @param newTokens how many tokens are read, at least 1
     * @param cachedTokens how many are cached before them, at least 0
     * @param stepSeconds a decode step of the sequences that run meanwhile; 0 if there are none
     */
    public double[] firstToken(long newTokens, long cachedTokens, double stepSeconds) {
        double[] terms = new double[Term.FIRST_TOKEN.size()];
        prefill(work, newTokens, cachedTokens, terms);
        terms[10] = stepSeconds;
        return terms;
    }

    /** Returns what TPOT cannot be below, in seconds. */
    public double decodeLowerBound(ClosedLoop load) {
        return work.decodeLowerBound(load.concurrency(), load.meanContextTokens());
    }

    /** Returns what TTFT cannot be below, in seconds. */
    public double firstTokenLowerBound(ClosedLoop load) {
        return work.prefillLowerBound(load.promptTokens(), 0);
    }

    /** Fills in all terms of a decode step but interference. */
    static void decode(Work work, double batch, double meanContext, double[] terms) {
        terms[0] = work.readWeights(batch);
        terms[1] = work.readCaches(batch, meanContext);
        terms[2] = batch * work.multiplyAll;
        terms[3] = batch * work.attentionOperations(meanContext) * work.attentionOperation;
        terms[4] = batch * work.reduceToken;
        terms[5] = work.layers * LAYER;
        terms[6] = work.parallel ? work.layers * PARALLEL_LAYER : 0;
        terms[7] = work.expertLayers * EXPERT_LAYER;
        terms[8] = work.expertLayers * EXPERT_BATCH * log2(1 + batch);
        terms[9] = batch * REQUEST;
        terms[10] = STEP;
    }

    /** Fills in the terms of reading a prompt on an idle engine. */
    static void prefill(Work work, long newTokens, long cachedTokens, double[] terms) {
        double stretch = work.pipelineStretch(newTokens);
        terms[0] = newTokens * work.multiplyLayers * stretch;
        terms[1] = work.prefillAttention(newTokens, cachedTokens) * stretch;
        terms[2] = newTokens * work.reduceToken * stretch;
        terms[3] = work.chunks(newTokens) * work.layers * PREFILL_LAYER;
        terms[4] = PREFILL_REQUEST;
        terms[5] = work.readWeightsByChunk(newTokens);
    }

    static double log2(double value) {
        return Math.log(value) * (1 / Math.log(2));
    }
}
