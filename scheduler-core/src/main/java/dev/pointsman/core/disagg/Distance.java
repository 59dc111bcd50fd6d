// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

/** How far apart two endpoints are, as far as the way of their KV cares; nearest first. */
public enum Distance {
    /** On one machine, by the label {@code kubernetes.io/hostname}: KV takes the scale-up link. */
    HOST("host"),
    /** In one rack, by the label {@code topology.kubernetes.io/rack}: KV takes the scale-out link. */
    RACK("rack"),
    /** Anywhere else, or not known: KV takes the scale-out link. */
    OTHER("other");

    private final String label;

    Distance(String label) {
        this.label = label;
    }

    /** Returns the name used in parameters. */
    public String label() {
        return label;
    }

    /** Tells whether this is the given distance or nearer. */
    boolean within(Distance widest) {
        return compareTo(widest) <= 0;
    }
}
