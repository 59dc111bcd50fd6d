// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import static java.util.Objects.requireNonNull;

import dev.pointsman.kvcache.feed.RankAddress;
import dev.pointsman.kvcache.feed.ResumePoint;
import org.jspecify.annotations.Nullable;

/**
 * Where one endpoint's rank publishes its KV events, and who that is. Who it is comes from here only: topics may be equal
 * across ranks, and are whatever a publisher writes.
 *
 * <pre>{@code
 * ZmqKvEventSource.of(slot, "llama-3.1-8b", "tcp://10.0.0.5:5557").withReplay("tcp://10.0.0.5:5600").withRank(2)
 * }</pre>
 *
 * @param slot the endpoint in the index, at least 0
 * @param model the model's name, as requests have it
 * @param address where rank 0 publishes, as {@code tcp://host:port}
 * @param replayAddress where rank 0 replays, or null if the engine does not
 * @param topic only messages whose topic begins so are read; empty for all
 * @param rank the data-parallel rank, at least 0, by which the addresses are moved
 * @param resume from where to go on over what the index holds under the slot, or null to begin anew with nothing
 */
public record ZmqKvEventSource(
        int slot,
        String model,
        String address,
        @Nullable String replayAddress,
        String topic,
        int rank,
        @Nullable ResumePoint resume) {
    /** Checks the addresses and the rank. */
    public ZmqKvEventSource {
        requireNonNull(model, "model");
        requireNonNull(address, "address");
        requireNonNull(topic, "topic");
        if (slot < 0) {
            throw new IllegalArgumentException("slot: must be at least 0, but was " + slot
                    + ".\nMaybe the endpoint is not in the fleet (any more).");
        }
        RankAddress.of(address, rank);
        if (replayAddress != null) {
            RankAddress.of(replayAddress, rank);
        }
    }

    /**
     * Rank 0 of an endpoint without a replay address, whatever its topic.
     *
     * @param slot the endpoint in the index, at least 0
     * @param model the model's name, as requests have it
     * @param address where it publishes, as {@code tcp://host:port}
     */
    public static ZmqKvEventSource of(int slot, String model, String address) {
        return new ZmqKvEventSource(slot, model, address, null, "", 0, null);
    }

    /** Returns this with an address where rank 0 replays. */
    public ZmqKvEventSource withReplay(String replayAddress) {
        return new ZmqKvEventSource(
                slot, model, address, requireNonNull(replayAddress, "replayAddress"), topic, rank, resume);
    }

    /** Returns this for messages whose topic begins so. */
    public ZmqKvEventSource withTopic(String topic) {
        return new ZmqKvEventSource(slot, model, address, replayAddress, topic, rank, resume);
    }

    /** Returns this for another rank. */
    public ZmqKvEventSource withRank(int rank) {
        return new ZmqKvEventSource(slot, model, address, replayAddress, topic, rank, resume);
    }

    /**
     * Returns this to go on where another subscriber was.
     *
     * @param from where the other one was when what the index holds under the slot was saved, or null to begin anew
     */
    public ZmqKvEventSource withResume(@Nullable ResumePoint from) {
        return new ZmqKvEventSource(slot, model, address, replayAddress, topic, rank, from);
    }

    /** Returns where this rank publishes. */
    public String rankAddress() {
        return RankAddress.of(address, rank);
    }

    /** Returns where this rank replays, or null if the engine does not. */
    public @Nullable String rankReplayAddress() {
        return replayAddress == null ? null : RankAddress.of(replayAddress, rank);
    }
}
