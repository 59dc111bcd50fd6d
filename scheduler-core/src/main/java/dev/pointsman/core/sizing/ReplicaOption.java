// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.model.Parallelism;
import dev.pointsman.api.fleet.Role;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A kind of replica that a fleet may have any number of. Immutable and thread-safe.
 *
 * @param role which stages it serves; {@link Role#PREFILL_DECODE} is what is called aggregated
 * @param accelerator the chip, by its id in the catalog
 * @param parallelism how one replica is spread over chips
 * @param dollarsPerHour what one replica costs; finite and at least 0
 * @param watts what one replica draws; at least 0
 * @param transferBytesPerSecond what one replica can send (prefill) or receive (decode) of KV; infinite if it does not matter
 * @param capacities what one replica can do, by the name of the class; a class that is missing cannot be served
 */
public record ReplicaOption(
        Role role,
        String accelerator,
        Parallelism parallelism,
        double dollarsPerHour,
        double watts,
        double transferBytesPerSecond,
        Map<String, Capacity> capacities) {
    private static final Capacity NONE = new Capacity(0, "no capacity is stated for this class");

    /** Copies and checks what is given. */
    public ReplicaOption {
        requireNonNull(role, "role");
        requireNonNull(accelerator, "accelerator");
        requireNonNull(parallelism, "parallelism");
        capacities = Map.copyOf(capacities);
        if (role == Role.UNSPECIFIED || role == Role.UNKNOWN) {
            throw new IllegalArgumentException("role: must say which stages are served, but was " + role
                    + ".\nMaybe PREFILL_DECODE was meant, a replica that serves whole requests.");
        }
        FleetProblem.notNegative("dollarsPerHour", dollarsPerHour);
        FleetProblem.notNegative("watts", watts);
        if (!(transferBytesPerSecond > 0)) {
            throw new IllegalArgumentException("transferBytesPerSecond: must be above 0, but was "
                    + transferBytesPerSecond + ".\nMaybe leave the option out if nothing can reach it.");
        }
    }

    /** Makes an option of tensor parallelism alone, whose power and transfer do not matter. */
    public static ReplicaOption of(
            Role role,
            String accelerator,
            int tensorParallel,
            double dollarsPerHour,
            Map<String, Capacity> capacities) {
        return new ReplicaOption(
                role,
                accelerator,
                Parallelism.tensor(tensorParallel),
                dollarsPerHour,
                0,
                Double.POSITIVE_INFINITY,
                capacities);
    }

    /**
     * Returns what tells it from other options, such as {@code prefill/h100-sxm/tp2}; parallelism other than of tensors follows if
     * there is any: {@code decode/h200-sxm/tp8-pp2-ep8-dp8}, the last for attention.
     */
    public String id() {
        StringBuilder id = new StringBuilder(pool(role))
                .append('/')
                .append(accelerator)
                .append("/tp")
                .append(parallelism.tensor());
        beyondOne(id, "-pp", parallelism.pipeline());
        beyondOne(id, "-ep", parallelism.expert());
        beyondOne(id, "-dp", parallelism.attentionData());
        return id.toString();
    }

    private static void beyondOne(StringBuilder id, String kind, int groups) {
        if (groups > 1) {
            id.append(kind).append(groups);
        }
    }

    /** Returns over how many chips each layer is spread. */
    public int tensorParallel() {
        return parallelism.tensor();
    }

    /** Returns the chips of one replica. */
    public int chips() {
        return parallelism.chips();
    }

    /** Returns what one replica can do of a class, alone. */
    public Capacity capacity(TrafficClass traffic) {
        return capacities.getOrDefault(traffic.name(), NONE);
    }

    /** Tells whether it serves whole requests, without a transfer. */
    boolean aggregated() {
        return role.prefills() && role.decodes();
    }

    /** Returns the requests per second of a class that one replica can take, and send or receive the KV of. */
    public double rate(TrafficClass traffic) {
        double most = capacity(traffic).requestsPerSecond();
        boolean apart = role.prefills() != role.decodes();
        return !apart || traffic.transferBytes() == 0
                ? most
                : Math.min(most, transferBytesPerSecond / traffic.transferBytes());
    }

    /** Returns the same option as it is among so many replicas of its role, which share a queue. */
    public ReplicaOption among(int replicas) {
        if (mostSharing() == 1) {
            return this;
        }
        Map<String, Capacity> each = new LinkedHashMap<>();
        capacities.forEach((name, capacity) -> each.put(name, capacity.among(replicas)));
        return new ReplicaOption(role, accelerator, parallelism, dollarsPerHour, watts, transferBytesPerSecond, each);
    }

    /** Returns from how many replicas on one more of them makes no difference to what each can do; 1 if it never does. */
    int mostSharing() {
        return capacities.values().stream()
                .mapToInt(capacity -> capacity.shared().size() + 1)
                .max()
                .orElse(1);
    }

    ReplicaOption withPrice(double dollars) {
        return new ReplicaOption(role, accelerator, parallelism, dollars, watts, transferBytesPerSecond, capacities);
    }

    ReplicaOption withFreeTransfer() {
        return new ReplicaOption(
                role, accelerator, parallelism, dollarsPerHour, watts, Double.POSITIVE_INFINITY, capacities);
    }

    static String pool(Role role) {
        return role == Role.PREFILL_DECODE
                ? "aggregated"
                : role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
