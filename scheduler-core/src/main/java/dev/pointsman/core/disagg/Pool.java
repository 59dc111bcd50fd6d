// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.core.disagg.LegTuple.KvSource;
import dev.pointsman.core.disagg.Places.Place;
import dev.pointsman.core.latency.PredictedTimes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of one role, as arrays by position, with the best way for each to read the prompt. Reused from request to request;
 * for one thread. Times are nanoseconds; infinite or absent where nothing is predicted.
 */
final class Pool {
    int size;
    int[] slot = new int[0];

    @Nullable
    Place[] place = new Place[0];

    double[] wait = new double[0];
    double[] waitPerToken = new double[0];
    long[] cached = new long[0];
    long[] onChip = new long[0];
    long[] running = new long[0];
    /** What reading takes with all that is cached, in whatever tier. */
    double[] ownRead = new double[0];
    /** What each running request loses by that reading; NaN where that is not known, 0 where nothing runs. */
    double[] ownStops = new double[0];
    /** Requests that wait to be read there, and for room. */
    double[] ahead = new double[0];
    /** Requests a nanosecond that come there and will wait for what is read; known once a way to read was looked for. */
    private double[] tied = new double[0];
    /**
     * What reading scores at least, other terms than TTFT left out. Reading a part of what is to be read is taken to take at least that
     * part of the time, which holds where there are fixed costs and attention, and can only cost exactness if pools are pruned.
     */
    double[] bound = new double[0];
    /** By what {@link #keepLeast} goes. */
    double[] key = new double[0];
    /** Nanoseconds of work that a request puts on the endpoint; of encoders only. */
    double[] work = new double[0];

    /** Bytes of KV that are on the accelerator, and that a peer can send; where they were asked for. */
    private double[] chipBytes = new double[0];

    private double[] pullableBytes = new double[0];

    // The best way to read here, once it was looked for.
    double[] score = new double[0];
    double[] encode = new double[0];
    double[] fetch = new double[0];
    double[] reading = new double[0];
    double[] interference = new double[0];
    double[] backlog = new double[0];

    KvSource[] source = new KvSource[0];
    int[] peer = new int[0];
    int[] encoder = new int[0];

    // What decoding here takes, in pools of decode endpoints.
    double[] tail = new double[0];
    double[] kvWait = new double[0];
    double[] queueing = new double[0];
    /** What reading again takes of the KV that this prompt's pushes out. */
    double[] displaced = new double[0];

    double[] decoding = new double[0];

    /** What reading a token takes where that takes least; infinite if nobody says. */
    double quickest;

    private int[] sources = new int[0];
    private int sourceCount;
    /** What of the cached tokens the sources have already, since it is not on its way to them yet. */
    private long[] pullable = new long[0];

    private void makeRoom(int room) {
        if (slot.length >= room) {
            return;
        }
        int length = Math.max(room, 2 * slot.length);
        slot = new int[length];
        place = new Place[length];
        wait = new double[length];
        waitPerToken = new double[length];
        cached = new long[length];
        onChip = new long[length];
        running = new long[length];
        ownRead = new double[length];
        ownStops = new double[length];
        ahead = new double[length];
        tied = new double[length];
        bound = new double[length];
        key = new double[length];
        chipBytes = new double[length];
        pullableBytes = new double[length];
        score = new double[length];
        encode = new double[length];
        fetch = new double[length];
        reading = new double[length];
        interference = new double[length];
        backlog = new double[length];
        work = new double[length];
        source = new KvSource[length];
        peer = new int[length];
        encoder = new int[length];
        tail = new double[length];
        kvWait = new double[length];
        queueing = new double[length];
        displaced = new double[length];
        decoding = new double[length];
        sources = new int[length];
        pullable = new long[length];
    }

    /** Empties the pool, and lets go of what it held. */
    void clear() {
        Arrays.fill(place, 0, size, null);
        size = 0;
        quickest = Double.POSITIVE_INFINITY;
        sourceCount = 0;
    }

    /** Takes the candidates that a profile left; returns how many have predictions. */
    int fill(@Nullable ProfileResult result, Question question) {
        clear();
        size = result == null ? 0 : result.size();
        makeRoom(size);
        int known = 0;
        for (int i = 0; i < size; i++) {
            known += take(i, requireNonNull(result).slot(i), question) ? 1 : 0;
        }
        return known;
    }

    private boolean take(int i, int at, Question question) {
        PredictedTimes times = question.times;
        Place here = question.places.at(question.fleet, at, times);
        EndpointMetrics metrics = question.fleet.metrics(at);
        slot[i] = at;
        place[i] = here;
        cached[i] = question.cached(at);
        onChip[i] = cached[i] - question.inLowerTier(at, cached[i]);
        bound[i] = Double.POSITIVE_INFINITY;
        score[i] = Double.POSITIVE_INFINITY;
        tail[i] = Double.POSITIVE_INFINITY;
        kvWait[i] = 0;
        waitPerToken[i] = question.waitPerToken(at);
        running[i] = question.decoding(at, here, metrics);
        ahead[i] = question.waiting(at, here, metrics);
        wait[i] = Double.NaN;
        if (times == null || !question.ttft.has(at)) {
            return false;
        }
        // Producers count what is in a lower tier as read already.
        double read = question.reading(at, cached[i], times);
        if (Double.isNaN(read)) {
            return false;
        }
        ownRead[i] = read;
        ownStops[i] = stopsEach(i, times, question);
        if (waitPerToken[i] > 0) {
            quickest = Math.min(quickest, waitPerToken[i]);
        }
        // A transfer that the producer has counted would be another one than the links' that count here.
        double before =
                Math.max(0, question.ttft.get(at) - times.transferNanos(at) - question.readingCounted(at, read));
        wait[i] = (before + question.laterWait(at)) * question.unread(at, here, metrics);
        return known(i);
    }

    private double stopsEach(int i, PredictedTimes times, Question question) {
        return running[i] == 0 ? 0 : question.interference(slot[i], cached[i], times);
    }

    /** Returns the bytes of KV of some tokens; NaN if that is not known. */
    double kvBytes(int i, long tokens, PredictedTimes times) {
        // Times would say the same, but look up again what the endpoint is.
        Deployment deployment = place(i).deployment;
        return deployment == null
                ? times.kvBytes(slot[i], tokens)
                : deployment.model().architecture().cacheBytes(tokens, deployment.kvCache());
    }

    /** Returns the largest share of the prompt that a candidate has cached. */
    double mostCached(Question question) {
        long most = 0;
        for (int i = 0; i < size; i++) {
            most = Math.max(most, cached[i]);
        }
        return question.prompt == 0 ? 0 : (double) most / question.prompt;
    }

    /** Tells whether anything is predicted for a candidate. */
    boolean known(int i) {
        return wait[i] >= 0;
    }

    Place place(int i) {
        return requireNonNull(place[i]);
    }

    /** Finds whom to pull from, and for each candidate a bound below which reading there cannot score. */
    void bound(Question question) {
        sourceCount = 0;
        if (question.settings.peerPull()) {
            for (int i = 0; i < size; i++) {
                key[i] = cached[i] == 0 ? Double.POSITIVE_INFINITY : -(double) cached[i];
            }
            int most = question.settings.perRole();
            // Where not all are kept anyway, what further ones have less than the first is seldom made up for by a
            // nearer way.
            sourceCount = keepLeast(question, sources, size > most ? (most + 1) / 2 : most);
        }
        PredictedTimes times = requireNonNull(question.times);
        for (int s = 0; s < sourceCount; s++) {
            int from = sources[s];
            pullable[from] = question.there(slot[from], cached[from]);
            pullableBytes[from] = kvBytes(from, pullable[from], times);
        }
        long most = sourceCount == 0 ? 0 : cached[sources[0]];
        for (int i = 0; i < size; i++) {
            if (known(i)) {
                long missing = question.prompt - cached[i];
                long left = Math.min(missing, question.prompt - most);
                bound[i] = question.urgency * (wait[i] + (missing == 0 ? 0 : ownRead[i] * left / missing));
            }
        }
    }

    /**
     * Keeps the candidates with the least finite {@link #key}s, ties by the draw; returns how many. O(candidates times kept), and mostly
     * less.
     *
     * @param kept where they go, least first
     */
    int keepLeast(Question question, int[] kept, int most) {
        int count = 0;
        double worst = Double.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            if (key[i] <= worst) {
                count = insert(i, question, kept, count, most);
                worst = count < most ? worst : key[kept[most - 1]];
            }
        }
        return count;
    }

    /** Keeps the least of some candidates. */
    int keepLeast(int[] among, int amongCount, Question question, int[] kept, int most) {
        int count = 0;
        for (int k = 0; k < amongCount; k++) {
            if (key[among[k]] < Double.POSITIVE_INFINITY) {
                count = insert(among[k], question, kept, count, most);
            }
        }
        return count;
    }

    /** Returns one of some candidates, and up to so many further ones with the least finite {@link #key}s; least first. */
    int[] keepFirst(int first, int[] among, int amongCount, int further, Question question) {
        key[first] = Double.NEGATIVE_INFINITY;
        int[] found = new int[Math.min(further + 1, amongCount)];
        int count = keepLeast(among, amongCount, question, found, found.length);
        return count == found.length ? found : Arrays.copyOf(found, count);
    }

    private int insert(int i, Question question, int[] kept, int count, int most) {
        int at = count;
        while (at > 0 && precedes(question, i, kept[at - 1])) {
            at--;
        }
        if (at >= most) {
            return count;
        }
        int last = Math.min(count, most - 1);
        for (int k = last; k > at; k--) {
            kept[k] = kept[k - 1];
        }
        kept[at] = i;
        return last + 1;
    }

    private boolean precedes(Question question, int i, int other) {
        return key[i] < key[other]
                || (key[i] == key[other] && question.draw.bits(slot[i]) < question.draw.bits(slot[other]));
    }

    /** Finds the best way for one candidate to read the prompt: where its KV and encodings come from. */
    void read(int i, Question question, Encoders encoders) {
        score[i] = Double.POSITIVE_INFINITY;
        // Prompts come where they are cached; answers have been given their place when their KV comes.
        tied[i] = question.reuse * place(i).readRate(question.now) + place(i).joinRate(question.now);
        int best = encoders.best(place(i), slot[i], question);
        consider(i, KvSource.RECOMPUTE, -1, 0, onChip[i], best, question, encoders);
        Place here = place(i);
        PredictedTimes times = requireNonNull(question.times);
        chipBytes[i] = kvBytes(i, onChip[i], times);
        if (cached[i] > onChip[i] && here.lowerTier.open()) {
            double load = here.lowerTier.nanos(kvBytes(i, cached[i], times) - chipBytes[i]);
            consider(i, KvSource.LOWER_TIER, -1, load, cached[i], best, question, encoders);
        }
        for (int s = 0; s < sourceCount; s++) {
            int from = sources[s];
            if (from == i || pullable[from] <= onChip[i] || !place(from).compatible(here)) {
                continue;
            }
            KvLink link = place(from).to(here);
            if (link.open()) {
                // Both keep the same bytes for a token, or they would not be compatible.
                double pull = link.nanos(pullableBytes[from] - chipBytes[i]);
                consider(i, KvSource.PEER_PULL, from, pull, pullable[from], best, question, encoders);
            }
        }
    }

    /** Finds the best way for one candidate that has less of the prompt than what else counts as cached there. */
    void readWith(int i, long there, Question question, Encoders encoders) {
        long allCached = cached[i];
        long allOnChip = onChip[i];
        double allRead = ownRead[i];
        double allStops = ownStops[i];
        PredictedTimes times = requireNonNull(question.times);
        cached[i] = there;
        onChip[i] = Math.min(allOnChip, there);
        ownRead[i] = question.reading(slot[i], there, times);
        ownStops[i] = stopsEach(i, times, question);
        read(i, question, encoders);
        cached[i] = allCached;
        onChip[i] = allOnChip;
        ownRead[i] = allRead;
        ownStops[i] = allStops;
    }

    private void consider(
            int i,
            KvSource from,
            int peerThere,
            double fetching,
            long there,
            int encoderThere,
            Question question,
            Encoders encoders) {
        // NaN is no answer, too: how much KV it would be is not known.
        if (!(question.urgency * (wait[i] + fetching) < score[i])) {
            return;
        }
        PredictedTimes times = requireNonNull(question.times);
        double read = there == cached[i] ? ownRead[i] : times.readNanos(slot[i], question.prompt - there, there);
        double slower = running[i] == 0 ? 0 : running[i] * stops(i, question.prompt - there, there, read, question);
        double own = question.pictures * question.settings.encodeNanosPerToken();
        set(i, from, peerThere, fetching, read, own, own, slower + running[i] * own, 0, -1, question);
        if (encoderThere >= 0) {
            double elsewhere = encoders.nanos(encoderThere, place(i), question);
            double delay = encoders.backlog(encoderThere);
            set(i, from, peerThere, fetching, read, 0, elsewhere, slower, delay, encoderThere, question);
        }
    }

    /**
     * Returns how much later each running request's tokens come for what is read: as predicted, but no less than the reading takes
     * longer than the decode steps it goes along with, since no step is done before its part of the prompt is.
     */
    private double stops(int i, long newTokens, long there, double read, Question question) {
        Deployment deployment = place(i).deployment;
        int chunk = deployment == null ? Deployment.DEFAULT_PREFILL_CHUNK_TOKENS : deployment.prefillChunkTokens();
        double steps = Math.ceil((double) newTokens / chunk);
        double predicted = there == cached[i]
                ? ownStops[i]
                : requireNonNull(question.times).interferenceNanos(slot[i], newTokens, there);
        return Math.max(predicted, read - steps * question.tpot(slot[i]));
    }

    private void set(
            int i,
            KvSource from,
            int peerThere,
            double fetching,
            double read,
            double ownEncoding,
            double encoding,
            double slower,
            double encoderBacklog,
            int encoderThere,
            Question question) {
        double added = read + ownEncoding;
        // Those that come meanwhile wait half of it on average.
        double delay = added * (ahead[i] + tied[i] * added / 2) + encoderBacklog;
        double total = question.urgency * (encoding + wait[i] + fetching + read + question.backlog * delay)
                + question.interference * slower;
        if (total < score[i]) {
            score[i] = total;
            source[i] = from;
            peer[i] = peerThere;
            encoder[i] = encoderThere;
            encode[i] = encoding;
            fetch[i] = fetching;
            reading[i] = read;
            interference[i] = slower;
            backlog[i] = delay;
        }
    }
}
