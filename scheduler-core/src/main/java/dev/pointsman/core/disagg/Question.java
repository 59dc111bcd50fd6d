// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

import dev.pointsman.api.cycle.Draw;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.FleetSnapshot;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.api.request.MultimodalItem;
import dev.pointsman.core.internal.prompt.PromptHashes;
import dev.pointsman.core.latency.PredictedLatency;
import dev.pointsman.core.latency.PredictedTimes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of every candidate, read once for a request. For one thread. */
final class Question {
    final JointSettings settings;
    final Places places;
    private final ComingKv coming;
    final FleetSnapshot fleet;
    final Draw draw;
    final long now;
    final long prompt;
    final long output;
    /** Tokens of images and the like, still to be encoded; 0 for none. */
    final long pictures;
    /** What time to first token counts, at least 1. */
    final double urgency;
    /** What a second counts that running requests lose. */
    final double interference;
    /** What a second counts that other requests wait. */
    final double backlog;
    /** The share of prompts of late that was cached somewhere. */
    final double reuse;

    final @Nullable PredictedTimes times;
    final LongColumn ttft;
    private final LongColumn tpot;
    final LongColumn slowdown;
    final LongColumn headroom;
    private final LongColumn tokensSeen;
    private final LongColumn cachedThen;
    private final DoubleColumn reading;
    private final DoubleColumn interferes;
    private final DoubleColumn waitPerToken;
    private final LongColumn tokens;
    private final LongColumn requests;
    private final @Nullable PrefixMatch match;
    private final LongColumn matched;
    private final DoubleColumn weighted;
    private final @Nullable PromptHashes hashes;

    Question(
            SchedulingCycle cycle,
            PredictedLatency keys,
            Prefix prefix,
            JointSettings settings,
            Places places,
            ComingKv coming,
            ModelMemory.Memory memory) {
        this.settings = settings;
        this.places = places;
        this.coming = coming;
        now = cycle.now();
        fleet = cycle.fleet();
        draw = cycle.draw().forPurpose("joint-disagg");
        prompt = cycle.request().prompt().tokenCount();
        Long expected = cycle.attribute(keys.outputTokens());
        output = expected == null ? 0 : expected;
        pictures = pictures(cycle.request().multimodalItems());
        urgency = 1 + memory.deficit();
        interference = settings.interference();
        backlog = settings.backlog();
        reuse = memory.reuse();
        times = cycle.attribute(keys.times());
        ttft = cycle.column(keys.ttft());
        tpot = cycle.column(keys.tpot());
        slowdown = cycle.column(keys.slowdown());
        headroom = cycle.column(keys.ttftHeadroom());
        tokensSeen = cycle.column(keys.tokensSeen());
        cachedThen = cycle.column(keys.cachedTokens());
        reading = cycle.column(keys.reading());
        interferes = cycle.column(keys.interference());
        waitPerToken = cycle.column(keys.waitPerToken());
        tokens = cycle.column(InFlightLoad.TOKENS);
        requests = cycle.column(InFlightLoad.REQUESTS);
        match = cycle.attribute(prefix.match);
        matched = cycle.column(prefix.matched);
        weighted = cycle.column(prefix.weighted);
        hashes = cycle.attribute(prefix.hashes);
    }

    /** What a prefix producer writes under. */
    record Prefix(
            AttributeKey<PrefixMatch> match,
            LongColumnKey matched,
            DoubleColumnKey weighted,
            AttributeKey<PromptHashes> hashes) {
        static Prefix by(String producer) {
            return new Prefix(
                    PrefixMatch.of(producer),
                    PrefixMatch.matchedBlocks(producer),
                    PrefixMatch.weightedBlocks(producer),
                    PromptHashes.of(producer));
        }
    }

    private static long pictures(List<MultimodalItem> items) {
        long sum = 0;
        for (int i = 0; i < items.size(); i++) {
            sum += items.get(i).tokenCount();
        }
        return sum;
    }

    /** Returns the tokens cached in whatever tier; engines read at least the last one. */
    long cached(int slot) {
        long blocks = match == null ? 0 : Math.min(matched.get(slot), match.totalBlocks());
        return match == null || blocks <= 0 ? 0 : Math.max(0, Math.min(blocks * match.blockSize(), prompt - 1));
    }

    /** Returns those of the cached tokens that an endpoint has, since they are not on their way there yet. */
    long there(int slot, long cached) {
        if (hashes == null || cached == 0) {
            return cached;
        }
        int blocks = (int) Math.min(matched.get(slot), hashes.count());
        return blocks <= 0 ? cached : coming.there(fleet.incarnation(slot), hashes.array()[blocks - 1], cached);
    }

    /** Returns what will be on its way to a decode endpoint if the prompt is read elsewhere; null if prompts are not told apart. */
    ComingKv.@Nullable Coming comingTo(int slot) {
        return hashes == null || hashes.count() == 0
                ? null
                : new ComingKv.Coming(
                        fleet.incarnation(slot), hashes.array()[hashes.count() - 1], there(slot, cached(slot)));
    }

    /** Returns those of the cached tokens that are not on the accelerator, as far as weights of blocks tell. */
    long inLowerTier(int slot, long cached) {
        double weight = weighted.get(slot);
        if (match == null || cached == 0 || Double.isNaN(weight)) {
            return 0;
        }
        double lower = (Math.min(matched.get(slot), match.totalBlocks()) - weight) / (1 - settings.lowerTierWeight());
        return Math.max(0, Math.min(cached, Math.round(lower) * match.blockSize()));
    }

    /** Returns what reading takes where so much is cached; NaN if nobody knows. */
    double reading(int slot, long cached, PredictedTimes answers) {
        double known = cachedThen.get(slot) == cached ? reading.get(slot) : Double.NaN;
        return Double.isNaN(known) ? answers.readNanos(slot, prompt - cached, cached) : known;
    }

    /** Returns what of the predicted time to first token is reading: what reading takes, unless something else counted as cached. */
    double readingCounted(int slot, double takes) {
        double counted = reading.get(slot);
        return Double.isNaN(counted) ? takes : counted;
    }

    /** Returns what each running request loses by reading where so much is cached; NaN if nobody knows. */
    double interference(int slot, long cached, PredictedTimes answers) {
        double known = cachedThen.get(slot) == cached ? interferes.get(slot) : Double.NaN;
        return Double.isNaN(known) ? answers.interferenceNanos(slot, prompt - cached, cached) : known;
    }

    /** Returns the predicted time per output token; 0 if there is none. */
    double tpot(int slot) {
        return tpot.has(slot) ? Math.max(0, tpot.get(slot)) : 0;
    }

    /** Returns what one more token ahead adds to the wait, in nanoseconds. */
    double waitPerToken(int slot) {
        double nanos = waitPerToken.get(slot);
        return nanos > 0 ? nanos : 0;
    }

    /** Returns the nanoseconds of wait that came since times were predicted. */
    double laterWait(int slot) {
        boolean known = tokens.has(slot) && tokensSeen.has(slot);
        return known ? Math.max(0, tokens.get(slot) - tokensSeen.get(slot)) * waitPerToken(slot) : 0;
    }

    /** Returns the requests that are decoded, as far as anybody says; none where only prompts are read. */
    long decoding(int slot, Places.Place place, EndpointMetrics metrics) {
        return place.decodes ? running(slot, metrics) : 0;
    }

    /** Returns the requests that run, as far as anybody says. */
    long running(int slot, EndpointMetrics metrics) {
        long here = requests.has(slot) ? requests.get(slot) : 0;
        return Math.max(0, Math.max(here, metrics.runningRequests()));
    }

    /**
     * Returns the requests that wait there, for their turn or for room. Those of an endpoint that only reads, and does not say, are all
     * that are in flight but one.
     */
    double waiting(int slot, Places.Place place, EndpointMetrics metrics) {
        if (metrics.has(Signal.WAITING_REQUESTS)) {
            return Math.max(0, metrics.waitingRequests());
        }
        return !place.decodes && requests.has(slot) ? Math.max(0, requests.get(slot) - 1) : 0;
    }

    /**
     * Returns the share of the prompts in flight at an endpoint that only reads which it may still have to read: what it reports as
     * waiting and running, and what was sent since, at least one, over what is in flight. Prompts that are read, and wait for the decode
     * endpoint to have room, are in flight until their first token, but nobody waits for them here.
     */
    double unread(int slot, Places.Place place, EndpointMetrics metrics) {
        if (place.decodes
                || !metrics.has(Signal.WAITING_REQUESTS)
                || !metrics.has(Signal.RUNNING_REQUESTS)
                || !requests.has(slot)
                || requests.get(slot) <= 0) {
            return 1;
        }
        double since = Math.max(1, place.sentSince(metrics.observedAt(Signal.WAITING_REQUESTS)));
        return Math.min(1, (metrics.waitingRequests() + metrics.runningRequests() + since) / requests.get(slot));
    }

    /** Returns the time to first token to keep, which producers say as what would be left of it; 0 for none. */
    double target(int slot) {
        return headroom.has(slot) && ttft.has(slot) ? headroom.get(slot) + (double) ttft.get(slot) : 0;
    }
}
