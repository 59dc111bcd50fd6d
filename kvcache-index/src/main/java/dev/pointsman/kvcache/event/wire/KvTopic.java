// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.event.wire;

import static java.util.Objects.requireNonNull;

/**
 * Who publishes, by the topic's convention {@code kv@<pod>@<model>} (llm-d). Several ranks may publish under one topic,
 * so an endpoint is told by the connection it was subscribed on, never by the topic alone.
 *
 * @param pod the publisher: a pod's name, or an address and port
 * @param model the model it serves; empty if the topic does not say
 */
public record KvTopic(String pod, String model) {
    private static final String PREFIX = "kv@";

    /** Checks that nothing is null. */
    public KvTopic {
        requireNonNull(pod, "pod");
        requireNonNull(model, "model");
    }

    /**
     * Reads a topic; one that does not follow the convention, as with a third {@code @}, is a publisher's name as a whole.
     *
     * @param topic the topic, maybe empty
     */
    public static KvTopic parse(String topic) {
        int at = topic.startsWith(PREFIX) ? topic.indexOf('@', PREFIX.length()) : -1;
        return at <= PREFIX.length() || topic.indexOf('@', at + 1) >= 0
                ? new KvTopic(topic, "")
                : new KvTopic(topic.substring(PREFIX.length(), at), topic.substring(at + 1));
    }

    /** Returns the topic in its convention. */
    @Override
    public String toString() {
        return model.isEmpty() ? pod : PREFIX + pod + "@" + model;
    }
}
