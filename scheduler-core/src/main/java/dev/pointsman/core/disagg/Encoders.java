// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import dev.pointsman.core.disagg.Places.Place;

/**
 * The encode endpoints that a request may use. The cost model has no encoder, so work there is counted by token of image. Requests
 * in flight there are taken to be like this one and come before it, and what comes out takes no more than the link's set-up. For one
 * thread.
 */
final class Encoders {
    private final Pool pool;
    private int[] kept = new int[0];
    private int count;

    Encoders(Pool pool) {
        this.pool = pool;
    }

    /** Keeps the encoders that are least busy. */
    void choose(Question question) {
        count = 0;
        if (pool.size == 0 || question.pictures == 0) {
            return;
        }
        if (kept.length < pool.size) {
            kept = new int[pool.size];
        }
        double perToken = question.settings.encodeNanosPerToken();
        for (int i = 0; i < pool.size; i++) {
            pool.work[i] = question.pictures * perToken;
            pool.wait[i] = question.running(pool.slot[i], question.fleet.metrics(pool.slot[i])) * pool.work[i];
        }
        System.arraycopy(pool.wait, 0, pool.key, 0, pool.size);
        count = pool.keepLeast(question, kept, question.settings.perRole());
    }

    /** Returns the best encoder for whoever reads in a slot, or -1 if there is none. */
    int best(Place reader, int slot, Question question) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            double cost = cost(kept[k], reader, slot, question);
            if (cost < least) {
                least = cost;
                best = kept[k];
            }
        }
        return best;
    }

    /** Returns an encoder, and further ones for the same reader; best first. */
    int[] bestWith(Place reader, int slot, int best, int most, Question question) {
        for (int k = 0; k < count; k++) {
            pool.key[kept[k]] = cost(kept[k], reader, slot, question);
        }
        return pool.keepFirst(best, kept, count, most, question);
    }

    /** Returns what an encoder costs a reader and others; infinite if it cannot be that one's. */
    private double cost(int i, Place reader, int slot, Question question) {
        return pool.slot[i] == slot || !pool.place(i).sameRevision(reader)
                ? Double.POSITIVE_INFINITY
                : nanos(i, reader, question) + question.settings.backlog() * backlog(i);
    }

    /** Returns when a reader has what an encoder makes; infinite if nothing gets through. */
    double nanos(int i, Place reader, Question question) {
        Place here = pool.place(i);
        KvLink link = here.to(reader);
        // An encoder need not be of a catalogued kind; then its link is not known unless told, which is not the same as
        // none.
        boolean unknown = here.deployment == null && !question.settings.links().containsKey(here.distance(reader));
        return link.open() || unknown ? pool.wait[i] + pool.work[i] + link.setupNanos() : Double.POSITIVE_INFINITY;
    }

    /** Returns what those that come later are delayed by, taken to be as many as are there now. */
    double backlog(int i) {
        return pool.wait[i];
    }
}
