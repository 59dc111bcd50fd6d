// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.model.Attention;

/**
 * Predicts for one deployment: a {@link CostModel} with everything worked out that does not depend on the request. Immutable and
 * thread-safe, if no two threads share an {@link Estimate}.
 *
 * <p>Methods that fill in an {@link Estimate} take a few nanoseconds and allocate nothing: what depends on the batch alone is a
 * table up to {@value #TABLE} sequences, and the rest is a handful of multiplications. Anything less regular (a longer batch,
 * the experts of a short prompt) takes one exponential more.
 */
public final class Predictor {
    private static final int TABLE = Work.TABLE;
    private static final double[] LOG2 = new double[TABLE + 2];

    static {
        for (int i = 1; i < LOG2.length; i++) {
            LOG2[i] = Terms.log2(i);
        }
    }

    private final Deployment deployment;
    private final Work work;
    private final double[] decode;
    private final double[] firstToken;
    private final Basis decodeBasis;
    private final Basis firstTokenBasis;
    private final double decodeLow;
    private final double decodeHigh;
    private final double firstTokenLow;
    private final double firstTokenHigh;

    /** Seconds of a step that depend on the batch alone, by batch. */
    private final double[] batchSeconds = new double[TABLE + 1];

    private final double perStep;
    private final double perRequest;
    private final double perDoubling;
    private final double batchOperations;

    /** Seconds for a token of context, of all in full layers, to choose by, and of those in the window. */
    private final double full;

    private final double selection;
    private final double window;
    private final double fullRead;
    private final double selectionRead;
    private final double windowRead;
    private final double fullOperations;
    private final double selectionOperations;
    private final double windowOperations;
    private final int selectedTokens;
    private final int windowTokens;

    private final double promptToken;
    private final double promptAttention;
    private final double promptChunk;
    private final double promptWholeChunk;
    private final double promptRequest;
    private final double promptWeights;

    Predictor(Deployment deployment, CostModel model) {
        this(
                requireNonNull(deployment, "deployment"),
                new Work(deployment),
                Scaled.of(model.decode(), deployment),
                Scaled.of(model.firstToken(), deployment));
    }

    private Predictor(Deployment deployment, Work work, Scaled decoding, Scaled reading) {
        this.deployment = deployment;
        this.work = work;
        decode = decoding.toArray();
        firstToken = reading.toArray();
        decodeBasis = decoding.basis();
        firstTokenBasis = reading.basis();
        decodeLow = decoding.band().low();
        decodeHigh = decoding.band().high();
        firstTokenLow = reading.band().low();
        firstTokenHigh = reading.band().high();

        Attention attention = work.attention;
        double read = decode[1];
        double operation = decode[3] * work.attentionOperation;
        full = read * work.readFull + operation * attention.decodeFlopsPerPair();
        selection = read * work.readSelection + operation * attention.selectionFlopsPerPair();
        window = read * work.readWindow + operation * attention.windowFlopsPerPair();
        fullRead = work.readFull;
        selectionRead = work.readSelection;
        windowRead = work.readWindow;
        fullOperations = work.fastestOperation * attention.decodeFlopsPerPair();
        selectionOperations = work.fastestOperation * attention.selectionFlopsPerPair();
        windowOperations = work.fastestOperation * attention.windowFlopsPerPair();
        batchOperations = work.multiplyAll + work.fastestOperation * attention.recurrentFlopsPerToken();
        selectedTokens = attention.selectedTokens();
        windowTokens = attention.windowTokens();
        perStep = decode[5] * work.layers * Terms.LAYER
                + (work.parallel ? decode[6] * work.layers * Terms.PARALLEL_LAYER : 0)
                + decode[7] * work.expertLayers * Terms.EXPERT_LAYER
                + decode[10] * Terms.STEP;
        perRequest = decode[1] * work.readState
                + decode[2] * work.multiplyAll
                + operation * attention.recurrentFlopsPerToken()
                + decode[4] * work.reduceToken
                + decode[9] * Terms.REQUEST;
        perDoubling = decode[8] * work.expertLayers * Terms.EXPERT_BATCH;
        for (int batch = 1; batch <= TABLE; batch++) {
            batchSeconds[batch] = batchSeconds(batch, LOG2[batch + 1]);
        }

        promptToken = firstToken[0] * work.multiplyLayers + firstToken[2] * work.reduceToken;
        promptAttention = firstToken[1] * work.attentionOperation;
        promptChunk = firstToken[3] * work.layers * Terms.PREFILL_LAYER;
        promptRequest = firstToken[4] * Terms.PREFILL_REQUEST;
        promptWeights = firstToken[5];
        promptWholeChunk = promptChunk + promptWeights * work.chunkWeightRead;
    }

    /** Returns a predictor of the same deployment with other coefficients, such as those learned by watching it. */
    public Predictor with(Scaled decoding, Scaled reading) {
        return new Predictor(deployment, work, decoding, reading);
    }

    /** Returns the coefficients of decode steps, in the order of {@link Term#DECODE}. */
    public Scaled decoding() {
        return Scaled.of(decode, new Band(decodeLow, decodeHigh, decodeBasis.points()), decodeBasis);
    }

    /** Returns the coefficients of the first token, in the order of {@link Term#FIRST_TOKEN}. */
    public Scaled reading() {
        return Scaled.of(
                firstToken, new Band(firstTokenLow, firstTokenHigh, firstTokenBasis.points()), firstTokenBasis);
    }

    /** Returns what is predicted for. */
    public Deployment deployment() {
        return deployment;
    }

    /** Returns the measurements that predictions of decode steps rest on. */
    public Basis decodeBasis() {
        return decodeBasis;
    }

    /** Returns the measurements that predictions of prefill rest on. */
    public Basis prefillBasis() {
        return firstTokenBasis;
    }

    /**
     * Predicts how long an idle engine takes to read a prompt, up to its first token. O(1), allocates nothing.
     *
     * @param newTokens how many tokens are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     * @param answer where the answer goes
     */
    public void prefill(long newTokens, long cachedTokens, Estimate answer) {
        check("newTokens", newTokens);
        check("cachedTokens", cachedTokens);
        double attention = work.prefillAttentionOperations(newTokens, cachedTokens);
        answer.set(
                work.prefillLowerBoundOf(newTokens, attention),
                prefillSeconds(newTokens, attention),
                firstTokenLow,
                firstTokenHigh);
    }

    /** Predicts the same as {@link #prefill(long, long, Estimate)}, in a value that stays. */
    public Prediction prefill(long newTokens, long cachedTokens) {
        Estimate answer = new Estimate();
        prefill(newTokens, cachedTokens, answer);
        return answer.toPrediction(firstTokenBasis);
    }

    /**
     * Predicts how long one decode step takes, which gives each of its sequences a token. O(1), allocates nothing.
     *
     * <p>Sequences are taken to be equally long, which matters only for models with windows or selection.
     *
     * @param batch how many sequences are decoded together, at least 0
     * @param contextTokens tokens of all these sequences together, at least 0
     * @param answer where the answer goes
     */
    public void decodeStep(int batch, long contextTokens, Estimate answer) {
        check("batch", batch);
        check("contextTokens", contextTokens);
        double inSelection = inWindow(batch, contextTokens, selectedTokens);
        double inWindow = inWindow(batch, contextTokens, windowTokens);
        double seconds = (batch <= TABLE ? batchSeconds[batch] : batchSeconds(batch, Terms.log2(1.0 + batch)))
                + full * inSelection
                + selection * contextTokens
                + window * inWindow;
        double reads = work.readWeights((long) batch)
                + batch * work.readState
                + fullRead * inSelection
                + selectionRead * contextTokens
                + windowRead * inWindow;
        double operations = batch * batchOperations
                + fullOperations * inSelection
                + selectionOperations * contextTokens
                + windowOperations * inWindow;
        answer.set(batch == 0 ? 0 : Math.max(reads, operations), seconds, decodeLow, decodeHigh);
    }

    /** Predicts the same as {@link #decodeStep(int, long, Estimate)}, in a value that stays. */
    public Prediction decodeStep(int batch, long contextTokens) {
        Estimate answer = new Estimate();
        decodeStep(batch, contextTokens, answer);
        return answer.toPrediction(decodeBasis);
    }

    /**
     * Predicts how much later the next tokens of all running sequences come, together, because a prompt is read meanwhile: in
     * the same steps, or in between. O(1), allocates nothing.
     *
     * @param newTokens how many tokens are read, at least 0
     * @param cachedTokens how many are cached before them, at least 0
     * @param answer where the answer goes
     */
    public void interference(long newTokens, long cachedTokens, Estimate answer) {
        check("newTokens", newTokens);
        check("cachedTokens", cachedTokens);
        answer.set(0, decode[11] * work.prefillBusy(newTokens, cachedTokens), decodeLow, decodeHigh);
    }

    /** Predicts the same as {@link #interference(long, long, Estimate)}, in a value that stays. */
    public Prediction interference(long newTokens, long cachedTokens) {
        Estimate answer = new Estimate();
        interference(newTokens, cachedTokens, answer);
        return answer.toPrediction(decodeBasis);
    }

    /** Predicts TPOT under the load of a benchmark: a decode step, and the interference of other prompts. */
    public Prediction closedLoopTpot(ClosedLoop load) {
        Estimate answer = new Estimate();
        answer.set(
                work.decodeLowerBound(load.concurrency(), load.meanContextTokens()),
                sum(decode, new Terms(work).decode(load)),
                decodeLow,
                decodeHigh);
        return answer.toPrediction(decodeBasis);
    }

    /** Predicts TTFT under the load of a benchmark: prefill, and what the other clients' prompts add. */
    public Prediction closedLoopTtft(ClosedLoop load) {
        Estimate answer = new Estimate();
        Terms terms = new Terms(work);
        double tpot = sum(decode, terms.decode(load));
        answer.set(
                terms.firstTokenLowerBound(load),
                sum(firstToken, terms.firstToken(load, tpot)),
                firstTokenLow,
                firstTokenHigh);
        return answer.toPrediction(firstTokenBasis);
    }

    private double prefillSeconds(long newTokens, double attentionOperations) {
        if (newTokens == 0) {
            return 0;
        }
        double busy = newTokens * promptToken + promptAttention * attentionOperations;
        double seconds = busy * work.pipelineStretch(newTokens) + promptRequest;
        if (newTokens <= work.chunkTokens) {
            return seconds + promptChunk + promptWeights * work.readWeights(newTokens);
        }
        // One division for both, which is most of what a long prompt costs.
        long whole = newTokens / work.chunkTokens;
        long rest = newTokens - whole * work.chunkTokens;
        return rest == 0
                ? seconds + whole * promptWholeChunk
                : seconds + whole * promptWholeChunk + promptChunk + promptWeights * work.readWeights(rest);
    }

    /** Returns the seconds of a step that depend on the batch alone, for a batch of at least 1. */
    private double batchSeconds(int batch, double log2) {
        return perStep + decode[0] * work.readWeights((long) batch) + perRequest * batch + perDoubling * log2;
    }

    private static double inWindow(int batch, long contextTokens, int tokens) {
        return Math.min((double) contextTokens, (double) batch * tokens);
    }

    private static double sum(double[] coefficients, double[] terms) {
        double sum = 0;
        for (int i = 0; i < coefficients.length; i++) {
            sum += coefficients[i] * terms[i];
        }
        return sum;
    }

    private static void check(String name, long value) {
        if (value < 0) {
            throw negative(name, value);
        }
    }

    private static IllegalArgumentException negative(String name, long value) {
        return new IllegalArgumentException(
                name + ": must be at least 0, but was " + value + ".\nMaybe something was subtracted twice.");
    }
}
