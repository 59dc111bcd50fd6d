// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.handler;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.cycle.DecisionDraft;
import dev.pointsman.api.cycle.ProductionCycle;
import dev.pointsman.api.cycle.ProfileResult;
import dev.pointsman.api.cycle.ProfileResults;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.decision.Leg;
import dev.pointsman.api.plugin.ProfileHandler;
import dev.pointsman.core.decider.Decider;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Splits a request into prefill and decode as older llm-d configurations do (llm-d's {@code pd-profile-handler}, deprecated
 * there in favour of {@link DisaggProfileHandler}): the decode profile runs, and then the prefill profile if the decider says
 * so. A prefill profile that finds nothing is passed over in silence.
 *
 * <p>The prefill leg is in the decision, but no header tells of it; that is for {@link DisaggHeadersHandler}. With a primary
 * port the decode leg is reached there, and {@code x-data-parallel-host-port} says which rank was chosen.
 *
 * <p>Immutable and thread-safe if its decider is. Constant time besides it; allocates nothing without a primary port.
 */
public final class PdProfileHandler implements ProfileHandler {
    private final String decode;
    private final String prefill;
    private final Decider decider;
    private final int primaryPort;
    private final Set<DataKey> required;
    private final List<String> runDecode;
    private final List<String> runPrefill;

    /**
     * Splits by a decider, and leaves ports alone.
     *
     * @param decodeProfile the profile that decodes
     * @param prefillProfile the profile that prefills
     * @param decider says whether the prefill is separated
     */
    public PdProfileHandler(String decodeProfile, String prefillProfile, Decider decider) {
        this(decodeProfile, prefillProfile, decider, 0, Set.of());
    }

    /**
     * Splits by a decider.
     *
     * @param primaryPort the port that all data-parallel ranks of a host share, or 0 to leave ports alone
     * @param required what is to be produced besides what the decider reads
     */
    PdProfileHandler(
            String decodeProfile, String prefillProfile, Decider decider, int primaryPort, Set<DataKey> required) {
        this.decode = requireNonNull(decodeProfile, "decodeProfile");
        this.prefill = requireNonNull(prefillProfile, "prefillProfile");
        this.decider = requireNonNull(decider, "decider");
        this.primaryPort = primaryPort;
        this.required = required;
        this.runDecode = List.of(decode);
        this.runPrefill = List.of(prefill);
        if (decode.equals(prefill)) {
            throw new IllegalArgumentException("prefillProfile: must be another than the decodeProfile, but both are "
                    + decode + ".\nMaybe a name was copied; each stage has a profile of its own.");
        }
    }

    @Override
    public Set<DataKey> consumes() {
        Set<DataKey> keys = new LinkedHashSet<>(required);
        keys.addAll(decider.consumes());
        return keys;
    }

    @Override
    public Set<DataKey> consumesIfPresent() {
        return decider.consumesIfPresent();
    }

    @Override
    public List<String> next(ProductionCycle cycle, ProfileResults results) {
        ProfileResult decoded = results.result(decode);
        if (decoded == null) {
            return results.declared().contains(decode) ? runDecode : List.of();
        }
        Leg leg = decoded.leg();
        if (leg == null
                || results.result(prefill) != null
                || !results.declared().contains(prefill)) {
            return List.of();
        }
        return decider.separate(cycle, leg.target()) ? runPrefill : List.of();
    }

    @Override
    public void fold(SchedulingCycle cycle, ProfileResults results, DecisionDraft draft) {
        Leg decoded = DisaggProfileHandler.leg(decode, results);
        if (decoded == null) {
            draft.reject(DisaggProfileHandler.nowhereToDecode(results.result(decode)));
            return;
        }
        draft.primary(decode);
        if (DisaggProfileHandler.leg(prefill, results) != null) {
            draft.leg(prefill);
        }
        if (primaryPort > 0) {
            draft.header(LegHeaders.DATA_PARALLEL, decoded.target().endpoint().address());
            draft.port(primaryPort);
        }
    }

    @Override
    public Set<String> mayRun(List<String> profiles) {
        Set<String> run = new LinkedHashSet<>(List.of(decode, prefill));
        run.retainAll(profiles);
        return run;
    }

    @Override
    public String toString() {
        return "PdProfileHandler[" + decode + ", " + prefill + " by " + decider + "]";
    }
}
