// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.disagg;

/** Why a plan went one step down the ladder from a remote pair to a local prefill to a refusal, or did not. */
public enum PlanReason {
    /** The best pair of prefill and decode endpoints scores less than the best local prefill. */
    REMOTE_CHEAPER,
    /** The best local prefill scores no more than the best pair. */
    LOCAL_CHEAPER,
    /** Local would score less, but not by enough to switch from remote. */
    REMOTE_KEPT,
    /** Remote would score less, but not by enough to switch from local. */
    LOCAL_KEPT,
    /** There is no prefill profile, or it left no endpoint. */
    NO_PREFILL,
    /** No prefill endpoint has a predicted time. */
    PREFILL_NOT_PREDICTED,
    /** No prefill endpoint is another one than a decode endpoint compared, of the same revision and model, and near enough. */
    NO_COMPATIBLE_PAIR,
    /** Pairs there are, but KV would not come clearly faster to any decode endpoint that was compared than it could read the prompt itself. */
    NO_LINK,
    /** No decode endpoint has a predicted time, so its profile's own choice stands. */
    DECODE_NOT_PREDICTED,
    /** Some decode endpoint lacks free KV for prompt and answer, but not the one chosen. */
    KV_AVOIDED,
    /** The decode endpoint chosen lacks free KV for prompt and answer, so the request waits for it in the engine. */
    KV_QUEUED,
    /** No decode endpoint could ever hold prompt and answer; the request is refused. */
    KV_TOO_SMALL,
    /** The decode profile left no endpoint; the request is refused. */
    NO_DECODE
}
