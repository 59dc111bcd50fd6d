// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cost;

import static dev.pointsman.api.config.ParameterSpec.Type.BOOLEAN;
import static dev.pointsman.api.config.ParameterSpec.Type.INTEGER;
import static dev.pointsman.api.config.ParameterSpec.Type.NUMBER;
import static dev.pointsman.api.config.ParameterSpec.Type.STRING;
import static dev.pointsman.api.config.ParameterSpec.optional;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.Candidates;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.AttributeKey;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.DoubleColumn;
import dev.pointsman.api.data.DoubleColumnKey;
import dev.pointsman.api.data.InFlightLoad;
import dev.pointsman.api.data.LongColumn;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.fleet.EndpointMetrics;
import dev.pointsman.api.fleet.Signal;
import dev.pointsman.core.producer.PrecisePrefixProducer;
import dev.pointsman.kvcache.Tier;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the blocks of KV cache that a candidate would have to fill and keep, {@code dynamo-cost}, after the cost of NVIDIA
 * Dynamo's KV router:
 *
 * <pre>{@code
 * prefill = max((tokens in flight + prompt tokens) / block size - credit, 0)
 * cost    = prefillLoadScale * prefill + decode blocks + activeRequestWeight * requests in flight
 * credit  = overlapCredit * decay * device + hostCredit * host + diskCredit * disk + sharedCredit * shared
 * decay   = 1 / (1 + creditDecay * excess)
 * }</pre>
 *
 * <p>Device, host, disk and shared are the blocks of the prompt that the candidate has in each tier, together at most those
 * of the prompt; shared ones lie in a store that all can reach. A prefix producer that does not tell tiers apart has all in
 * the device, by its weighted blocks if it gives them. The excess is by how many prompts of this size the candidate's tokens
 * in flight exceed the least of all candidates. With {@code formula: product} the cost is {@code prefill * (decode blocks +
 * 1)} instead, Dynamo's variant of LMetric, which leaves scale and requests out.
 *
 * <p>With {@code trackPrefillTokens: false} there is no prefill part, and the credit counts against the decode blocks: {@code
 * max(decode blocks - credit, 0)}; an {@code overlapCredit} of 0 then means no credit in any tier. It is meant for decode
 * endpoints behind separate prefill.
 *
 * <p>Decode blocks are what a gauge says if one is named, or else the used share of the KV cache times its size, in the
 * prefix producer's block size. A candidate of which they are not known has the mean of the others; they are 0 for all if
 * nobody's are known. The blocks that the request itself will hold are left out, being the same everywhere. Missing tokens
 * in flight make the cost missing; a missing match has no credit.
 *
 * <p>Its unit is a block. Immutable and thread-safe. O(candidates), allocates nothing.
 */
public final class DynamoCost extends LoadCost {
    static final List<ParameterSpec> PARAMETERS = List.of(
            optional(
                    "prefixMatchInfoProducerName",
                    STRING,
                    PrefixMatch.DEFAULT_PRODUCER,
                    "The prefix producer whose matches give credit."),
            weight("overlapCredit", "1", "Blocks that a block of the prompt in the accelerator's memory saves."),
            weight("creditDecay", "0", "How fast that credit falls with the candidate's tokens in flight."),
            weight("hostCredit", "0.75", "Blocks that a block of the prompt in host memory saves."),
            weight("diskCredit", "0.25", "Blocks that a block of the prompt in storage saves."),
            weight("sharedCredit", "0", "Blocks that a block of the prompt in a shared store saves."),
            weight("prefillLoadScale", "1", "Weight of blocks to fill beside blocks that are kept."),
            weight("activeRequestWeight", "0", "Blocks that each request in flight counts besides."),
            optional("trackPrefillTokens", BOOLEAN, "true", "Whether prompts count; false for decode endpoints."),
            optional("formula", STRING, "linear", "How prefill and decode are combined: linear or product."),
            optional(
                    "decodeBlocksGauge",
                    STRING,
                    null,
                    "The gauge by which engines report the blocks of running requests; without it the KV usage counts."),
            optional("blockSize", INTEGER, "16", "Tokens in a block, where no prefix match says it.")
                    .between(1, Integer.MAX_VALUE),
            SECONDS_PER_UNIT,
            PREFERENCES);

    private static final double MOST_WEIGHT = 1e9;

    private final AttributeKey<PrefixMatch> matchKey;
    private final TierCredits credits;
    private final Set<DataKey> consumes;
    private final double prefillLoadScale;
    private final double activeRequestWeight;
    private final boolean trackPrefillTokens;
    private final boolean product;
    private final @Nullable String decodeBlocksGauge;
    private final int defaultBlockSize;

    DynamoCost(Parameters parameters) {
        super(parameters, secondsPerUnit(parameters));
        String prefix = parameters.string("prefixMatchInfoProducerName", PrefixMatch.DEFAULT_PRODUCER);
        matchKey = PrefixMatch.of(prefix);
        credits = new TierCredits(
                prefix,
                parameters.number("overlapCredit", 1, 0, MOST_WEIGHT),
                parameters.number("creditDecay", 0, 0, MOST_WEIGHT),
                parameters.number("hostCredit", 0.75, 0, MOST_WEIGHT),
                parameters.number("diskCredit", 0.25, 0, MOST_WEIGHT),
                parameters.number("sharedCredit", 0, 0, MOST_WEIGHT));
        consumes = Set.of(InFlightLoad.REQUESTS, InFlightLoad.TOKENS, matchKey, PrefixMatch.matchedBlocks(prefix));
        prefillLoadScale = parameters.number("prefillLoadScale", 1, 0, MOST_WEIGHT);
        activeRequestWeight = parameters.number("activeRequestWeight", 0, 0, MOST_WEIGHT);
        trackPrefillTokens = parameters.flag("trackPrefillTokens", true);
        String formula = parameters.string("formula", "linear");
        product = formula.equals("product");
        if (!product && !formula.equals("linear")) {
            throw parameters.error("formula", "must be linear or product", "Maybe leave it out; linear is used then.");
        }
        decodeBlocksGauge = parameters.has("decodeBlocksGauge") ? parameters.requiredString("decodeBlocksGauge") : null;
        defaultBlockSize = (int) parameters.integer("blockSize", 16, 1, Integer.MAX_VALUE);
    }

    private static ParameterSpec weight(String name, String fallback, String description) {
        return optional(name, NUMBER, fallback, description).between(0, MOST_WEIGHT);
    }

    @Override
    public Set<DataKey> consumes() {
        return consumes;
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return credits.consumesIfPresent();
    }

    @Override
    public Set<Signal> signals() {
        return decodeBlocksGauge == null ? Set.of(Signal.KV_USAGE) : Set.of();
    }

    @Override
    void load(SchedulingCycle cycle, Candidates candidates, double[] loads) {
        LongColumn requests = cycle.column(InFlightLoad.REQUESTS);
        LongColumn tokens = cycle.column(InFlightLoad.TOKENS);
        PrefixMatch match = cycle.attribute(matchKey);
        int blockSize = match == null ? defaultBlockSize : match.blockSize();
        double promptTokens = cycle.request().prompt().tokenCount();
        double promptBlocks = Math.ceil(promptTokens / blockSize);
        double unknownDecode = meanDecodeBlocks(candidates, blockSize);
        credits.write(
                cycle,
                candidates,
                promptBlocks,
                tokens,
                trackPrefillTokens ? least(tokens, candidates) : Double.POSITIVE_INFINITY,
                Math.max(1, promptBlocks) * blockSize,
                loads);
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            boolean counted = requests.has(slot) || activeRequestWeight == 0 || product;
            if (!counted || (trackPrefillTokens && !tokens.has(slot))) {
                loads[i] = MISSING;
                continue;
            }
            double known = decodeBlocks(candidates.metrics(i), blockSize);
            double decode = Double.isNaN(known) ? unknownDecode : known;
            double active = trackPrefillTokens ? Math.max(0, (double) tokens.get(slot)) : 0;
            double credit = loads[i];
            if (!trackPrefillTokens) {
                loads[i] = Math.max(decode - (credits.overlap() > 0 ? credit : 0), 0) + weighed(requests, slot);
                continue;
            }
            double prefill = Math.max((active + promptTokens) / blockSize - credit, 0);
            loads[i] = product ? prefill * (decode + 1) : prefillLoadScale * prefill + decode + weighed(requests, slot);
        }
    }

    private double weighed(LongColumn requests, int slot) {
        return activeRequestWeight == 0 ? 0 : activeRequestWeight * Math.max(0, requests.get(slot));
    }

    private static double least(LongColumn tokens, Candidates candidates) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            int slot = candidates.slot(i);
            if (tokens.has(slot)) {
                least = Math.min(least, Math.max(0, (double) tokens.get(slot)));
            }
        }
        return least;
    }

    private double meanDecodeBlocks(Candidates candidates, int blockSize) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double blocks = decodeBlocks(candidates.metrics(i), blockSize);
            if (!Double.isNaN(blocks)) {
                sum += blocks;
                count++;
            }
        }
        return count > 0 ? sum / count : 0;
    }

    private double decodeBlocks(EndpointMetrics metrics, int blockSize) {
        if (decodeBlocksGauge != null) {
            return Math.max(0, metrics.gauge(decodeBlocksGauge));
        }
        if (metrics.kvBlockCount() < 0) {
            return MISSING;
        }
        // NaN if the usage is not known.
        double blocks = metrics.kvUsage() * metrics.kvBlockCount();
        return metrics.kvBlockSize() > 0 ? blocks * metrics.kvBlockSize() / blockSize : blocks;
    }

    /**
     * What the blocks that an endpoint has of a prompt are worth, in blocks that need not be filled: by tier if the prefix
     * producer tells tiers apart, or else by what it says of them all. Immutable and thread-safe; allocates nothing.
     */
    private static final class TierCredits {
        private final LongColumnKey blocks;
        private final DoubleColumnKey weighted;
        private final LongColumnKey device;
        private final LongColumnKey host;
        private final LongColumnKey disk;
        private final LongColumnKey shared;
        private final double overlap;
        private final double decay;
        private final double hostCredit;
        private final double diskCredit;
        private final double sharedCredit;

        /**
         * Sets what a block is worth in each tier.
         *
         * @param producer the prefix producer's name
         * @param overlap in the accelerator's memory
         * @param decay how fast that falls with excess load
         */
        TierCredits(
                String producer,
                double overlap,
                double decay,
                double hostCredit,
                double diskCredit,
                double sharedCredit) {
            blocks = PrefixMatch.matchedBlocks(producer);
            weighted = PrefixMatch.weightedBlocks(producer);
            device = PrecisePrefixProducer.blocksIn(producer, Tier.ACCELERATOR);
            host = PrecisePrefixProducer.blocksIn(producer, Tier.HOST);
            disk = PrecisePrefixProducer.blocksIn(producer, Tier.STORAGE);
            shared = PrecisePrefixProducer.blocksIn(producer, Tier.REMOTE);
            this.overlap = overlap;
            this.decay = decay;
            this.hostCredit = hostCredit;
            this.diskCredit = diskCredit;
            this.sharedCredit = sharedCredit;
        }

        Set<DataKey> consumesIfPresent() {
            return Set.of(weighted, device, host, disk, shared);
        }

        double overlap() {
            return overlap;
        }

        /**
         * Writes the credit of each candidate, at least 0.
         *
         * @param promptBlocks most blocks that can count
         * @param tokens by whose excess over the least the credit falls, in prompts of this size
         * @param least the least of these tokens, of all candidates
         * @param promptTokens the tokens of {@code promptBlocks}, above 0
         */
        void write(
                SchedulingCycle cycle,
                Candidates candidates,
                double promptBlocks,
                LongColumn tokens,
                double least,
                double promptTokens,
                double[] into) {
            LongColumn matched = cycle.column(blocks);
            DoubleColumn byWeight = cycle.column(weighted);
            LongColumn inDevice = cycle.column(device);
            LongColumn inHost = cycle.column(host);
            LongColumn inDisk = cycle.column(disk);
            LongColumn inShared = cycle.column(shared);
            for (int i = 0; i < candidates.size(); i++) {
                int slot = candidates.slot(i);
                double excess =
                        decay > 0 && tokens.has(slot) ? Math.max(0, tokens.get(slot) - least) / promptTokens : 0;
                double deviceCredit = overlap / (1 + decay * excess);
                if (!inDevice.has(slot)) {
                    double known = byWeight.get(slot);
                    double all = Double.isNaN(known) ? Math.max(0, matched.get(slot)) : known;
                    into[i] = deviceCredit * Math.min(all, promptBlocks);
                    continue;
                }
                double left = promptBlocks;
                double deviceBlocks = Math.min(left, (double) inDevice.get(slot));
                left -= deviceBlocks;
                double hostBlocks = Math.min(left, Math.max(0, (double) inHost.get(slot)));
                left -= hostBlocks;
                double diskBlocks = Math.min(left, Math.max(0, (double) inDisk.get(slot)));
                left -= diskBlocks;
                double sharedBlocks = Math.min(left, Math.max(0, (double) inShared.get(slot)));
                into[i] = deviceCredit * deviceBlocks
                        + hostCredit * hostBlocks
                        + diskCredit * diskBlocks
                        + sharedCredit * sharedBlocks;
            }
        }
    }
}
