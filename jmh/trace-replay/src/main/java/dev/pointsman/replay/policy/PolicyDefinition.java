// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.policy;

/** What a policy's name stands for. Immutable and thread-safe. */
public sealed interface PolicyDefinition permits RoutingPolicy, CacheReference {
    /** Returns the name. */
    String name();

    /** Returns one sentence on what it does, ties included. */
    String description();
}
