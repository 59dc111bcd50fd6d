// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.engine;

import dev.pointsman.api.data.DataKey;
import dev.pointsman.api.data.LongColumnKey;
import dev.pointsman.api.data.PrefixMatch;
import dev.pointsman.api.decision.Rejection;
import dev.pointsman.api.decision.Target;
import dev.pointsman.core.internal.assembly.KeySpace;
import dev.pointsman.core.request.ConditionalDecode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request that wants an answer only if its prompt is cached, once it is known where it would run. What was reserved for
 * it is released as for any request that comes to nothing.
 */
final class CachedOnly {
    private static final String MATCHED = PrefixMatch.matchedBlocks("").name();

    private final LongColumnKey[] matched;

    private CachedOnly(List<LongColumnKey> matched) {
        this.matched = matched.toArray(new LongColumnKey[0]);
    }

    static @Nullable CachedOnly of(@Nullable ConditionalDecode rule, KeySpace keys) {
        return rule == null ? null : new CachedOnly(matched(rule, keys));
    }

    private static List<LongColumnKey> matched(ConditionalDecode rule, KeySpace keys) {
        List<LongColumnKey> matched = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            DataKey key = keys.key(i);
            boolean asked = rule.producers().isEmpty() || rule.producers().contains(key.producer());
            if (asked && key instanceof LongColumnKey column && column.name().equals(MATCHED)) {
                matched.add(column);
            }
        }
        return matched;
    }

    static void requireProducers(ConditionalDecode rule, KeySpace keys) {
        List<LongColumnKey> found = matched(rule, keys);
        Set<String> missing = new TreeSet<>(rule.producers());
        found.forEach(key -> missing.remove(key.producer()));
        if (found.isEmpty() || !missing.isEmpty()) {
            throw new IllegalArgumentException("conditional decode: "
                    + (missing.isEmpty()
                            ? "no plugin says what is cached"
                            : "no plugin of the name " + String.join(" or ", missing) + " says what is cached")
                    + ".\nMaybe add " + PrefixMatch.DEFAULT_PRODUCER + ".");
        }
    }

    /** Returns why the request must not run where it would, or null. */
    @Nullable
    Rejection check(Cycle cycle) {
        if (!ConditionalDecode.asksFor(cycle.request().headers())) {
            return null;
        }
        Target target = cycle.draft().primaryRun().chosen().target();
        for (LongColumnKey key : matched) {
            if (cycle.column(key).get(target.slot()) > 0) {
                return null;
            }
        }
        return Rejection.of(
                Rejection.Reason.NOT_CACHED,
                "endpoint " + target.endpoint().id()
                        + " has nothing of the prompt cached, and the caller wants an answer only then",
                null);
    }
}
