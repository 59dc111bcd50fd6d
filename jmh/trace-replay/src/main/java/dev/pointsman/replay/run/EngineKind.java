// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.run;

/** The replay engines. */
public enum EngineKind {
    /** An LRU cache per endpoint; time plays no part. */
    CACHE_ONLY("cache-only"),
    /** An LRU cache and one first-in first-out server per endpoint. */
    QUEUEING("queueing");

    private final String label;

    EngineKind(String label) {
        this.label = label;
    }

    /** Returns the name used in JSON and tables. */
    public String label() {
        return label;
    }
}
