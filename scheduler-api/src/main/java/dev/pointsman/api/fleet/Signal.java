// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.fleet;

/** One thing that an endpoint reports of itself; each has its own time of observation. */
public enum Signal {
    /** Requests that wait in the engine's queue. */
    WAITING_REQUESTS,
    /** Requests in the engine's running batch. */
    RUNNING_REQUESTS,
    /** Used share of the KV cache, 0 to 1. */
    KV_USAGE,
    /** Tokens in one KV block. */
    KV_BLOCK_SIZE,
    /** KV blocks in accelerator memory. */
    KV_BLOCK_COUNT,
    /** Which LoRA adapters run and wait. */
    LORA
}
