// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

/**
 * One endpoint as a test states it.
 *
 * @param waitNanos wait behind others' prompts
 * @param cached tokens of the prompt cached in any tier
 * @param lower those of them in a lower tier
 * @param readNanosPerToken what reading a token takes, besides attention
 * @param running requests that are decoded
 * @param waiting requests that wait in the engine
 * @param tpotNanos time per output token
 * @param kvUsage used share of {@link Scene#KV_TOKENS}
 * @param host its host
 * @param revision its revision; empty for none
 */
record Spot(
        String id,
        long waitNanos,
        int cached,
        int lower,
        int readNanosPerToken,
        int running,
        int waiting,
        long tpotNanos,
        double kvUsage,
        String host,
        String revision) {
    static Spot of(String id) {
        return new Spot(id, 0, 0, 0, 50_000, 0, 0, 20_000_000, 0, "", "");
    }

    Spot waiting(double millis) {
        return new Spot(
                id,
                (long) (millis * 1e6),
                cached,
                lower,
                readNanosPerToken,
                running,
                waiting,
                tpotNanos,
                kvUsage,
                host,
                revision);
    }

    Spot later(double nanos) {
        return new Spot(
                id,
                waitNanos + (long) nanos,
                cached,
                lower,
                readNanosPerToken,
                running,
                waiting,
                tpotNanos,
                kvUsage,
                host,
                revision);
    }

    Spot cached(int tokens) {
        return new Spot(
                id, waitNanos, tokens, lower, readNanosPerToken, running, waiting, tpotNanos, kvUsage, host, revision);
    }

    Spot lower(int tokens) {
        return new Spot(
                id, waitNanos, cached, tokens, readNanosPerToken, running, waiting, tpotNanos, kvUsage, host, revision);
    }

    Spot running(int requests) {
        return new Spot(
                id, waitNanos, cached, lower, readNanosPerToken, requests, waiting, tpotNanos, kvUsage, host, revision);
    }

    Spot waitingRequests(int requests) {
        return new Spot(
                id, waitNanos, cached, lower, readNanosPerToken, running, requests, tpotNanos, kvUsage, host, revision);
    }

    Spot kvUsage(double share) {
        return new Spot(
                id, waitNanos, cached, lower, readNanosPerToken, running, waiting, tpotNanos, share, host, revision);
    }

    Spot host(String name) {
        return new Spot(
                id, waitNanos, cached, lower, readNanosPerToken, running, waiting, tpotNanos, kvUsage, name, revision);
    }

    Spot revision(String name) {
        return new Spot(
                id, waitNanos, cached, lower, readNanosPerToken, running, waiting, tpotNanos, kvUsage, host, name);
    }
}
