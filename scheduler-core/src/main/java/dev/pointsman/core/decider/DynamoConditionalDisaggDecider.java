// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.decider;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Target;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the prefill with the decode if little of the prompt is left to compute there (Dynamo's conditional disaggregation,
 * {@code lib/kv-router}: {@code conditional_disagg.rs} and {@code conditional_prefill.rs}). With a prompt of n tokens, c of
 * them cached on the decode endpoint, e = max(0, n - c) are left, and the prefill stays
 *
 * <pre>{@code
 * isl_bounding:  iff e < tokens and e / max(n, 1) < ratio     (2048 and 0.7 as Dynamo ships it)
 * token_cap:     iff e <= tokens
 * }</pre>
 *
 * <p>In Dynamo either is off unless asked for; here a decider is there only if somebody asked. What is not known to be cached
 * counts as not cached, and without a decode endpoint nothing is. Dynamo's rules that ask how busy the prefill worker is that
 * would be chosen are not here: a decider is asked before prefill endpoints are looked at.
 *
 * <p>Immutable and thread-safe. Constant time; allocates nothing but the words of an explanation.
 */
public final class DynamoConditionalDisaggDecider implements Decider {
    /** Dynamo's limit of tokens left to compute, for {@link #islBounding}. */
    public static final long DEFAULT_TOKENS = 2048;

    /** Dynamo's limit of the share left to compute, for {@link #islBounding}. */
    public static final double DEFAULT_RATIO = 0.7;

    private final Rule rule;
    private final long tokens;
    private final double ratio;
    private final CachedTokens cached;

    private DynamoConditionalDisaggDecider(Rule rule, long tokens, double ratio, CachedTokens cached) {
        this.rule = rule;
        this.tokens = tokens;
        this.ratio = ratio;
        this.cached = cached;
    }

    /** Bounds what is left to compute by Dynamo's limits. */
    public static DynamoConditionalDisaggDecider islBounding() {
        return islBounding(DEFAULT_TOKENS, DEFAULT_RATIO);
    }

    /**
     * Bounds what is left to compute, in tokens and as a share of the prompt; the prefill stays below both.
     *
     * @param tokens at least 0
     * @param ratio at least 0; above 1 for any share
     * @throws IllegalArgumentException if one of them is negative or not a number
     */
    public static DynamoConditionalDisaggDecider islBounding(long tokens, double ratio) {
        Limits.atLeastZero("effIslThreshold", tokens);
        if (!(ratio >= 0)) {
            throw new IllegalArgumentException("effIslRatioThreshold: must be at least 0, but was " + ratio
                    + ".\nMaybe leave it out; it is a share of the prompt.");
        }
        return new DynamoConditionalDisaggDecider(
                Rule.ISL_BOUNDING, tokens, ratio, CachedTokens.by(PrefixMatch.DEFAULT_PRODUCER));
    }

    /**
     * Caps the tokens left to compute; the prefill stays up to the cap.
     *
     * @param tokens at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public static DynamoConditionalDisaggDecider tokenCap(long tokens) {
        Limits.atLeastZero("maxNewTokens", tokens);
        return new DynamoConditionalDisaggDecider(
                Rule.TOKEN_CAP, tokens, 0, CachedTokens.by(PrefixMatch.DEFAULT_PRODUCER));
    }

    /**
     * Returns the same decider that reads another producer's matches.
     *
     * @param producer the prefix producer's name
     */
    public DynamoConditionalDisaggDecider readingFrom(String producer) {
        return new DynamoConditionalDisaggDecider(
                rule, tokens, ratio, CachedTokens.by(requireNonNull(producer, "producer")));
    }

    @Override
    public Set<DataKey> consumes() {
        return cached.keys();
    }

    @Override
    public boolean separate(ProductionCycle cycle, @Nullable Target decode) {
        long prompt = cycle.request().prompt().tokenCount();
        long known = decode == null ? 0 : Math.max(0, cached.on(cycle, decode));
        boolean separate = !stays(prompt, Math.max(0, prompt - known));
        if (decode != null) {
            Reasons.note(cycle, decode, prompt, known, separate);
        }
        return separate;
    }

    private boolean stays(long prompt, long left) {
        return switch (rule) {
            case ISL_BOUNDING -> left < tokens && (double) left / Math.max(prompt, 1) < ratio;
            case TOKEN_CAP -> left <= tokens;
        };
    }

    @Override
    public String toString() {
        return "DynamoConditionalDisaggDecider[" + rule + ", " + tokens + ", " + ratio + ", " + cached.producer() + "]";
    }

    private enum Rule {
        ISL_BOUNDING,
        TOKEN_CAP
    }
}
