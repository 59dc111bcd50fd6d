// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.core.disagg.Places.Place;
import dev.pointsman.core.latency.PredictedTimes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tuple of least score: an encoder or none, a prefill endpoint or none, a decode endpoint, and where the reader's KV comes
 * from.
 *
 * <p>A score falls apart into what the reader does ({@link Pool#read}), what the decode endpoint does ({@link #decode}), and the
 * link between the two. So each reader's best source and encoder are found on their own, and only pairs are enumerated: of the k
 * readers and k decode endpoints with the least bounds, and the k decode endpoints with the least bounds for reading themselves.
 * That is exact if k is no less than the pools. Else what is left out had a worse bound than k others, and KV is pulled only from the
 * (k + 1) / 2 peers that have most of the prompt; and if no two of those kept can be a pair, being of other revisions or too far
 * apart, the k best readers are taken that can be one with a kept decode endpoint.
 *
 * <p>Reused from request to request; for one thread. O(endpoints + k^2), with a prediction or two for each endpoint and each of the
 * kept ones' sources; allocates little once its arrays have grown.
 */
final class JointSearch {
    /** Tokens by which the slope of reading is taken: this share of the prompt. */
    private static final int SLOPE_SHARE = 16;

    static final int[] NOBODY = new int[0];

    final Pool prefill = new Pool();
    final Pool decode = new Pool();
    final Pool encode = new Pool();
    final List<PlanReason> ladder = new ArrayList<>();
    /** The best pair, as positions; -1 if there is none. */
    int bestPrefill;

    int bestDecode;
    double bestPair;
    /** The best decode endpoint that reads the prompt itself; -1 if there is none. */
    int bestLocal;

    double bestLocalScore;

    private final Encoders encoders = new Encoders(encode);
    private int[] readers = new int[0];
    private int readerCount;
    private int[] decoders = new int[0];
    private int decoderCount;
    private int[] locals = new int[0];
    private int localCount;
    /** The least score of each kept reader with any decode endpoint. */
    private double[] bestOfReader = new double[0];

    /** The slope from which a link is too slow, by decode position; in nanoseconds for each token. */
    private double[] slope = new double[0];
    /** Bytes of KV that a pair has to move, by decode position. */
    private double[] missingBytes = new double[0];

    /** What came of a search. */
    enum Outcome {
        /** There is at least one tuple. */
        FOUND,
        /** No decode endpoint has predictions. */
        NOT_PREDICTED,
        /** No decode endpoint can ever hold the request. */
        TOO_LARGE
    }

    /** Searches the candidates that profiles left; a pool without a result is empty. */
    Outcome search(
            @Nullable ProfileResult prefilling,
            ProfileResult decoding,
            @Nullable ProfileResult encoding,
            Question question) {
        ladder.clear();
        bestPrefill = -1;
        bestDecode = -1;
        bestLocal = -1;
        bestPair = Double.POSITIVE_INFINITY;
        bestLocalScore = Double.POSITIVE_INFINITY;
        readerCount = 0;
        decoderCount = 0;
        encode.fill(encoding, question);
        int known = decode.fill(decoding, question);
        int prefillsKnown = prefill.fill(prefilling, question);
        makeRoom();
        if (known == 0) {
            ladder.add(PlanReason.DECODE_NOT_PREDICTED);
            return Outcome.NOT_PREDICTED;
        }
        if (!decodeEach(question)) {
            ladder.add(PlanReason.KV_TOO_SMALL);
            return Outcome.TOO_LARGE;
        }
        encoders.choose(question);
        local(question);
        if (bestLocal < 0) {
            // What was known of endpoints when they were taken is not any more: they left meanwhile.
            ladder.add(PlanReason.DECODE_NOT_PREDICTED);
            return Outcome.NOT_PREDICTED;
        }
        if (prefill.size == 0) {
            ladder.add(PlanReason.NO_PREFILL);
        } else if (prefillsKnown == 0) {
            ladder.add(PlanReason.PREFILL_NOT_PREDICTED);
        } else {
            remote(question);
        }
        return Outcome.FOUND;
    }

    private void makeRoom() {
        if (readers.length < prefill.size) {
            readers = new int[prefill.slot.length];
            bestOfReader = new double[prefill.slot.length];
        }
        if (decoders.length < decode.size) {
            decoders = new int[decode.slot.length];
            locals = new int[decode.slot.length];
            slope = new double[decode.slot.length];
            missingBytes = new double[decode.slot.length];
        }
    }

    /** Works out what decoding takes at each endpoint; false if the request fits nowhere. */
    private boolean decodeEach(Question question) {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < decode.size; i++) {
            if (decode.known(i)) {
                fastest = Math.min(fastest, question.tpot(decode.slot[i]));
            }
        }
        boolean fits = false;
        for (int i = 0; i < decode.size; i++) {
            fits |= decode.known(i) && decode(i, fastest, question);
        }
        return fits;
    }

    /** Says on the ladder whether the decode endpoint chosen has room, if any has not. */
    void sayWhetherItWaits(int chosen) {
        if (decode.kvWait[chosen] > 0) {
            ladder.add(0, PlanReason.KV_QUEUED);
            return;
        }
        for (int i = 0; i < decode.size; i++) {
            if (decode.kvWait[i] > 0) {
                ladder.add(0, PlanReason.KV_AVOIDED);
                return;
            }
        }
    }

    /** Works out what decoding takes at one endpoint; false if the request can never fit there. */
    private boolean decode(int i, double fastest, Question question) {
        int slot = decode.slot[i];
        Place place = decode.place(i);
        EndpointMetrics metrics = question.fleet.metrics(slot);
        double tpot = question.tpot(slot);
        double answer = question.output * tpot;
        double capacity = metrics.kvBlockCount() > 0 && metrics.kvBlockSize() > 0
                ? (double) metrics.kvBlockCount() * metrics.kvBlockSize()
                : place.capacity;
        double needed = (double) question.prompt + question.output;
        if (capacity > 0) {
            if (needed > capacity) {
                return false;
            }
            double used = metrics.kvUsage() * capacity; // NaN if not known, which is never too much
            // Those that wait come first, each with what those that run hold; cached blocks may be held by others
            // already.
            int before = Math.max(0, metrics.waitingRequests());
            double each = Math.min(needed, used / Math.max(1, decode.running[i]));
            double own = Math.max(needed - decode.cached[i], each);
            double missing = own + before * each - (capacity - used);
            if (missing > 0) {
                // Those that run give back all they hold in the time of an answer.
                decode.kvWait[i] = Math.max(1, missing / used * answer);
            }
        }
        long running = decode.running[i];
        // Where KV is known it says how long to wait for a place; those that wait then may only be waiting to be read.
        boolean queues = capacity <= 0 && running > 0 && metrics.waitingRequests() > 0;
        // The step that is under way, of which half is left on average, and the one with the first token.
        double steps = running > 0 ? 1.5 : 1;
        decode.queueing[i] = (queues ? answer * metrics.waitingRequests() / running : 0) + steps * tpot;
        double slower = 0;
        if (running > 0 && question.slowdown.has(slot)) {
            slower = Math.max(0, question.slowdown.get(slot) - running * decode.ownStops[i]);
        }
        decode.decoding[i] = slower + question.output * (tpot - fastest);
        // It will be read again wherever that is quickest, not necessarily here.
        double perToken = decode.waitPerToken[i];
        double pace = perToken > 0 ? Math.min(decode.quickest, prefill.quickest) / perToken : 1;
        decode.displaced[i] = question.reuse * decode.ownRead[i] * Math.min(1, pace) * (1 + decode.ahead[i]);
        decode.tail[i] = question.urgency * (decode.kvWait[i] + question.backlog * decode.displaced[i])
                + question.interference * decode.decoding[i];
        return true;
    }

    private void local(Question question) {
        decode.bound(question);
        for (int i = 0; i < decode.size; i++) {
            decode.key[i] = decode.bound[i] + decode.tail[i];
        }
        localCount = decode.keepLeast(question, locals, question.settings.perRole());
        for (int k = 0; k < localCount; k++) {
            int i = locals[k];
            read(decode, i, question);
            double score = decode.score[i] + decode.tail[i];
            if (score < bestLocalScore || (score == bestLocalScore && drawn(i, bestLocal, decode, question))) {
                bestLocalScore = score;
                bestLocal = i;
            }
        }
    }

    /** Finds the best way to read at an endpoint, which cannot use KV that is still to come there. */
    private void read(Pool pool, int i, Question question) {
        long there = question.there(pool.slot[i], pool.cached[i]);
        if (there == pool.cached[i]) {
            pool.read(i, question, encoders);
        } else {
            pool.readWith(i, there, question, encoders);
        }
    }

    private static boolean drawn(int i, int other, Pool pool, Question question) {
        return other < 0 || question.draw.bits(pool.slot[i]) < question.draw.bits(pool.slot[other]);
    }

    private void remote(Question question) {
        int most = question.settings.perRole();
        prefill.bound(question);
        System.arraycopy(prefill.bound, 0, prefill.key, 0, prefill.size);
        readerCount = prefill.keepLeast(question, readers, most);
        for (int i = 0; i < decode.size; i++) {
            decode.key[i] = decode.tail[i] + question.urgency * decode.queueing[i];
        }
        decoderCount = decode.keepLeast(question, decoders, most);
        PredictedTimes times = requireNonNull(question.times);
        for (int k = 0; k < decoderCount; k++) {
            int d = decoders[k];
            slope[d] = slope(d, question);
            missingBytes[d] = decode.kvBytes(d, question.prompt, times) - decode.kvBytes(d, decode.onChip[d], times);
        }
        boolean compatible = pairs(question);
        if (!compatible && readerCount < prefill.size) {
            partners(question);
            compatible = pairs(question);
        }
        if (bestPrefill < 0) {
            ladder.add(compatible ? PlanReason.NO_LINK : PlanReason.NO_COMPATIBLE_PAIR);
        }
    }

    /** Keeps other readers: those that one of the kept decode endpoints can be a pair with. */
    private void partners(Question question) {
        for (int p = 0; p < prefill.size; p++) {
            prefill.key[p] = Double.POSITIVE_INFINITY;
            for (int l = 0; l < decoderCount; l++) {
                if (!Double.isNaN(link(p, decoders[l], question))) {
                    prefill.key[p] = prefill.bound[p];
                    break;
                }
            }
        }
        readerCount = prefill.keepLeast(question, readers, question.settings.perRole());
    }

    /** Scores all pairs of those kept; returns whether there are any. */
    private boolean pairs(Question question) {
        boolean compatible = false;
        for (int k = 0; k < readerCount; k++) {
            int p = readers[k];
            read(prefill, p, question);
            bestOfReader[p] = Double.POSITIVE_INFINITY;
            for (int l = 0; l < decoderCount; l++) {
                int d = decoders[l];
                double link = link(p, d, question);
                if (Double.isNaN(link)) {
                    continue;
                }
                compatible = true;
                double score = pair(p, d, link, question);
                bestOfReader[p] = Math.min(bestOfReader[p], score);
                if (score < bestPair || (score == bestPair && bestPrefill >= 0 && drawn(p, d, question))) {
                    bestPair = score;
                    bestPrefill = p;
                    bestDecode = d;
                }
            }
        }
        return compatible;
    }

    private boolean drawn(int p, int d, Question question) {
        return d == bestDecode ? drawn(p, bestPrefill, prefill, question) : drawn(d, bestDecode, decode, question);
    }

    /** Returns what a pair scores, whatever its link takes. */
    private double pair(int p, int d, double link, Question question) {
        return prefill.score[p] + question.urgency * (link + decode.queueing[d]) + decode.tail[d];
    }

    /**
     * Returns how long KV takes from one to the other: infinite if not clearly faster than reading it where it is to go, NaN if the
     * two cannot be a pair.
     */
    double link(int p, int d, Question question) {
        Place from = prefill.place(p);
        Place to = decode.place(d);
        if (prefill.slot[p] == decode.slot[d] || !from.compatible(to)) {
            return Double.NaN;
        }
        Distance distance = from.distance(to);
        if (!distance.within(question.settings.required())) {
            return Double.NaN;
        }
        KvLink link = from.to(to, distance);
        if (!link.open()) {
            return Double.POSITIVE_INFINITY;
        }
        double bytes = missingBytes[d];
        long missing = question.prompt - decode.onChip[d];
        boolean slow = !(bytes * link.nanosPerByte() <= slope[d] * missing); // NaN is slow, too
        return slow ? Double.POSITIVE_INFINITY : link.nanos(bytes);
    }

    /** Returns what a link may take for a token: a little less than the endpoint takes to read one more. */
    private double slope(int d, Question question) {
        PredictedTimes times = requireNonNull(question.times);
        long few = Math.max(1, question.prompt / SLOPE_SHARE);
        if (question.prompt < few) {
            return 0;
        }
        int slot = decode.slot[d];
        double saved = times.readNanos(slot, question.prompt, 0) - times.readNanos(slot, question.prompt - few, few);
        return (1 - question.settings.switchShare()) * saved / few;
    }

    /** Returns a decode endpoint, and further ones for the same reader, or for reading themselves if that is -1; best first. */
    int[] decodesWith(int p, int best, int most, Question question) {
        if (p < 0) {
            for (int k = 0; k < localCount; k++) {
                decode.key[locals[k]] = decode.score[locals[k]] + decode.tail[locals[k]];
            }
            return decode.keepFirst(best, locals, localCount, most, question);
        }
        for (int k = 0; k < decoderCount; k++) {
            decode.key[decoders[k]] = pairOrNever(p, decoders[k], question);
        }
        return decode.keepFirst(best, decoders, decoderCount, most, question);
    }

    /** Returns a prefill endpoint, and further ones for the same decode endpoint; best first. */
    int[] prefillsWith(int d, int best, int most, Question question) {
        for (int k = 0; k < readerCount; k++) {
            prefill.key[readers[k]] = pairOrNever(readers[k], d, question);
        }
        return prefill.keepFirst(best, readers, readerCount, most, question);
    }

    private double pairOrNever(int p, int d, Question question) {
        double link = link(p, d, question);
        return Double.isNaN(link) ? Double.POSITIVE_INFINITY : pair(p, d, link, question);
    }

    /** Returns the encoder of a reader, and further ones for the same reader; best first. Empty if it has none. */
    int[] encodesWith(Pool readers, int reader, int most, Question question) {
        int best = readers.encoder[reader];
        return best < 0 ? NOBODY : encoders.bestWith(readers.place(reader), readers.slot[reader], best, most, question);
    }

    /** Describes the best local tuple. */
    @Nullable
    LegTuple localTuple() {
        return bestLocal < 0 ? null : tuple(decode, bestLocal, bestLocal, 0, bestLocalScore);
    }

    /** Describes the best pair. */
    @Nullable
    LegTuple pairTuple(Question question) {
        return bestPrefill < 0
                ? null
                : tuple(prefill, bestPrefill, bestDecode, link(bestPrefill, bestDecode, question), bestPair);
    }

    private LegTuple tuple(Pool readers, int reader, int d, double transfer, double score) {
        boolean isRemote = !readers.equals(decode);
        int peer = readers.peer[reader];
        int encoder = readers.encoder[reader];
        return new LegTuple(
                encoder < 0 ? null : encode.place(encoder).endpoint,
                isRemote ? readers.place(reader).endpoint : null,
                decode.place(d).endpoint,
                readers.source[reader],
                peer < 0 ? null : readers.place(peer).endpoint,
                readers.encode[reader],
                readers.wait[reader],
                readers.fetch[reader],
                readers.reading[reader],
                transfer,
                decode.kvWait[d] + (isRemote ? decode.queueing[d] : 0),
                readers.interference[reader] + decode.decoding[d],
                readers.backlog[reader],
                decode.displaced[d],
                score);
    }

    /**
     * Returns how many tokens longer the queues would have to be that the chosen kind waits in, all alike, for the other kind's best to
     * win; the queue of that one's reader, if it is one of them, stays as it is. -1 if there is no other kind, or that would never be so.
     *
     * @param limit the score from which on the chosen kind gives way
     */
    double breakEvenTokens(boolean remote, double limit, Question question) {
        if (bestPrefill < 0 || bestLocal < 0) {
            return -1;
        }
        double most = 0;
        if (remote) {
            int other = decode.slot[bestLocal];
            for (int k = 0; k < readerCount; k++) {
                int p = readers[k];
                most = Math.max(most, tokensFor(prefill, p, limit - bestOfReader[p], other, question));
            }
        } else {
            int other = prefill.slot[bestPrefill];
            for (int k = 0; k < localCount; k++) {
                int d = locals[k];
                double score = decode.score[d] + decode.tail[d];
                most = Math.max(most, tokensFor(decode, d, limit - score, other, question));
            }
        }
        return most < Double.POSITIVE_INFINITY ? most : -1;
    }

    /** Turns a longer wait, which counts by its urgency alone, into tokens. */
    private static double tokensFor(Pool pool, int i, double gap, int unchanged, Question question) {
        if (!(gap > 0)) {
            return 0;
        }
        double perToken = pool.slot[i] == unchanged ? 0 : pool.waitPerToken[i];
        return perToken > 0 ? gap / question.urgency / perToken : Double.POSITIVE_INFINITY;
    }

    /** Lets go of the request. */
    void clear() {
        prefill.clear();
        decode.clear();
        encode.clear();
    }
}
