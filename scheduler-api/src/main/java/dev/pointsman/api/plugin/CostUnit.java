// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.plugin;

/** What the costs of a cost profile are in. */
public enum CostUnit {
    /** Seconds, such as predicted time to first token. */
    SECONDS,
    /** US dollars. */
    DOLLARS
}
