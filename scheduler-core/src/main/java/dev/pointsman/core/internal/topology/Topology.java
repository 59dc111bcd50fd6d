// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.topology;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.core.config.Semantics;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tightest tier that two endpoints share, by the labels that Kubernetes gives nodes: a tier is shared if both
 * endpoints state it, not blank, and with the same value.
 *
 * <p>llm-d looks at each tier by itself, so that racks of the same name in two regions are one rack. Our own semantics take
 * tiers as nested: one is not shared if both endpoints state a wider one and differ in it.
 *
 * <p>Immutable and thread-safe. Constant time, allocates nothing.
 */
public final class Topology {
    private static final Tier[] TIERS = {Tier.HOST, Tier.RACK, Tier.ZONE, Tier.REGION};

    private final boolean nested;

    /**
     * Reads labels in one way or the other.
     *
     * @param semantics whether a tier stands for itself or is nested in wider ones
     */
    public Topology(Semantics semantics) {
        this.nested = semantics == Semantics.CORRECTED;
    }

    /** How near two endpoints are, nearest first. */
    public enum Tier {
        /** The same machine. */
        HOST("kubernetes.io/hostname"),
        /** The same rack. */
        RACK("topology.kubernetes.io/rack"),
        /** The same zone. */
        ZONE("topology.kubernetes.io/zone"),
        /** The same region. */
        REGION("topology.kubernetes.io/region"),
        /** Nothing in common that is known. */
        NONE("");

        private final String label;

        Tier(String label) {
            this.label = label;
        }

        /** Returns the label in which endpoints state this tier; empty for {@link #NONE}. */
        public String label() {
            return label;
        }

        /** Tells whether this tier is the given one or nearer. */
        public boolean within(Tier widest) {
            return compareTo(widest) <= 0;
        }
    }

    /** Returns the tightest tier that two endpoints share. */
    public Tier shared(Endpoint one, Endpoint other) {
        Tier tightest = Tier.NONE;
        for (int i = TIERS.length - 1; i >= 0; i--) {
            Tier tier = TIERS[i];
            String here = stated(one, tier);
            String there = stated(other, tier);
            if (here == null || there == null) {
                continue;
            }
            if (here.equals(there)) {
                tightest = tier;
            } else if (nested) {
                return tightest;
            }
        }
        return tightest;
    }

    private static @Nullable String stated(Endpoint endpoint, Tier tier) {
        String value = endpoint.labels().get(tier.label);
        return value == null || value.isBlank() ? null : value;
    }
}
