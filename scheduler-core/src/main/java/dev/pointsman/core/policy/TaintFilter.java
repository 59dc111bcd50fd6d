// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.cycle.CandidateSet;
import dev.pointsman.api.cycle.SchedulingCycle;
import dev.pointsman.api.plugin.Filter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests away from endpoints with a taint that they do not tolerate, and on endpoints with the taints that they
 * require, {@code taint-filter}. An endpoint's label lists its taints; one header of a request lists what it tolerates,
 * {@code *} for all, another what it requires. Lists are parted by commas.
 *
 * <p>A taint here is a name, of the form that the fleet likes, such as {@code spot} or {@code gpu=h100}. A required taint is
 * tolerated too. What is to be preferred and not required is a parameter of the costs in {@link dev.pointsman.core.cost}.
 *
 * <p>A header of more than 1,024 characters tolerates nothing, and requires what nobody has.
 *
 * <p>A constraint. Immutable and thread-safe. O(candidates * taints * names in the headers), allocates nothing.
 */
public final class TaintFilter implements Filter {
    static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.optional(
                    "label",
                    ParameterSpec.Type.STRING,
                    "pointsman.dev/taints",
                    "The label that lists an endpoint's taints."),
            ParameterSpec.optional(
                    "tolerationsHeader",
                    ParameterSpec.Type.STRING,
                    "x-tolerations",
                    "The request header that lists taints it tolerates."),
            ParameterSpec.optional(
                    "requiredHeader",
                    ParameterSpec.Type.STRING,
                    "x-required-taints",
                    "The request header that lists taints it must find."),
            ParameterSpec.optional(
                    "tolerate", ParameterSpec.Type.STRING_LIST, null, "Taints that every request tolerates."));

    /** A client may send a longer header, which would be compared with every endpoint's taints. */
    private static final int MOST_CHARACTERS = 1024;

    /** Stands for a list that is too long, as a name that no endpoint has. */
    private static final String TOO_LONG = "\uffff";

    private final String label;
    private final String tolerationsHeader;
    private final String requiredHeader;
    private final String always;

    TaintFilter(Parameters parameters) {
        label = parameters.string("label", "pointsman.dev/taints");
        tolerationsHeader =
                parameters.string("tolerationsHeader", "x-tolerations").toLowerCase(Locale.ROOT);
        requiredHeader =
                parameters.string("requiredHeader", "x-required-taints").toLowerCase(Locale.ROOT);
        always = String.join(",", parameters.strings("tolerate"));
    }

    @Override
    public void filter(SchedulingCycle cycle, CandidateSet candidates) {
        String tolerated = list(cycle, tolerationsHeader);
        String required = list(cycle, requiredHeader);
        String last = null;
        boolean fits = false;
        for (int i = 0; i < candidates.size(); i++) {
            String taints = candidates.endpoint(i).labels().get(label);
            // Endpoints that follow each other are often alike, and lists are long to compare.
            if (i == 0 || !Objects.equals(taints, last)) {
                fits = tolerates(tolerated, required, taints) && hasAll(taints, required);
                last = taints;
            }
            if (!fits) {
                candidates.remove(i);
            }
        }
    }

    private static @Nullable String list(SchedulingCycle cycle, String header) {
        String list = cycle.request().headers().first(header);
        return list != null && list.length() > MOST_CHARACTERS ? TOO_LONG : list;
    }

    private boolean tolerates(@Nullable String tolerated, @Nullable String required, @Nullable String taints) {
        if (taints == null) {
            return true;
        }
        for (int i = NameList.start(taints, 0); i < taints.length(); ) {
            int end = NameList.end(taints, i);
            if (!NameList.has(always, taints, i, end)
                    && !NameList.has(tolerated, taints, i, end)
                    && !NameList.has(required, taints, i, end)) {
                return false;
            }
            i = NameList.start(taints, end);
        }
        return true;
    }

    private static boolean hasAll(@Nullable String taints, @Nullable String required) {
        if (required == null) {
            return true;
        }
        for (int i = NameList.start(required, 0); i < required.length(); ) {
            int end = NameList.end(required, i);
            if (!NameList.has(taints, required, i, end)) {
                return false;
            }
            i = NameList.start(required, end);
        }
        return true;
    }

    @Override
    public boolean constraint() {
        return true;
    }
}
