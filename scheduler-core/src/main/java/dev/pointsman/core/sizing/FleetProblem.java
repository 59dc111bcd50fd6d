// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.sizing;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.fleet.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a fleet has to do, and of what it may be built. Immutable and thread-safe.
 *
 * <p>The program: integer numbers of replicas of each option, and shares of each class that are routed to each, at the least price
 * an hour. Every stage of every class is covered: encode if it has images, prefill, decode; a replica that serves several stages
 * covers all of them at once. The work of a replica is at most what it can do, where the {@link Capacity} of a class has the
 * queueing headroom in it already. A class that moves KV counts the longer of computing and moving. Chips of a type, all chips and all
 * watts are limited. Whether to disaggregate is not assumed: aggregated replicas are options like others. If hits are counted on that
 * only a cache of some size finds, replicas have to hold as much together ({@link Builder#holdAtLeast}).
 *
 * <p>Replicas that run now are free to keep; to start or stop one costs what {@link Builder#transition} says, in dollars per hour
 * over the time that the plan is meant for.
 */
public final class FleetProblem {
    private final List<TrafficClass> classes;
    private final List<ReplicaOption> options;
    private final Map<String, Integer> chipsOf;
    private final OptionalInt chips;
    private final OptionalDouble watts;
    private final Map<Role, Integer> fewest;
    private final Map<String, Long> held;
    private final long leastHeld;
    private final Map<String, Integer> current;
    private final double startDollars;
    private final double stopDollars;
    private final OptionalInt mostChange;

    private FleetProblem(Builder builder) {
        classes = List.copyOf(builder.classes);
        options = List.copyOf(builder.options);
        chipsOf = Map.copyOf(builder.chipsOf);
        chips = builder.chips;
        watts = builder.watts;
        fewest = Map.copyOf(builder.fewest);
        held = Map.copyOf(builder.held);
        leastHeld = builder.leastHeld;
        current = Map.copyOf(builder.current);
        startDollars = builder.startDollars;
        stopDollars = builder.stopDollars;
        mostChange = builder.mostChange;
        unique("classes", classes.stream().map(TrafficClass::name).toList());
        List<String> ids = options.stream().map(ReplicaOption::id).toList();
        unique("options", ids);
        known(ids, "current", current.keySet(), "Maybe add it, so that stopping its replicas can be planned.");
        known(ids, "held", held.keySet(), "Maybe it is misspelt, or was left out.");
        Set<String> types = types(options);
        for (String type : chipsOf.keySet()) {
            if (!types.contains(type)) {
                throw new IllegalArgumentException("available: there is no option of " + type + ", only of " + types
                        + ".\nMaybe it is misspelt; a type that no option uses needs no limit.");
            }
        }
    }

    /** Starts a problem without traffic, options or limits. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the traffic. */
    public List<TrafficClass> classes() {
        return classes;
    }

    /** Returns the kinds of replicas. */
    public List<ReplicaOption> options() {
        return options;
    }

    /** Returns how many chips of a type there are, if that is limited. */
    public OptionalInt chipsOf(String accelerator) {
        Integer most = chipsOf.get(accelerator);
        return most == null ? OptionalInt.empty() : OptionalInt.of(most);
    }

    /** Returns how many chips may be used in all, if that is limited. */
    public OptionalInt chips() {
        return chips;
    }

    /** Returns how many watts may be drawn in all, if that is limited. */
    public OptionalDouble watts() {
        return watts;
    }

    /** Returns how many replicas of a role there have to be. */
    public int fewest(Role role) {
        return fewest.getOrDefault(role, 0);
    }

    /** Returns how many tokens of prompts a replica of an option holds, as far as that counts. */
    public long held(ReplicaOption option) {
        return held.getOrDefault(option.id(), 0L);
    }

    /** Returns how many tokens of prompts all replicas together have to hold. */
    public long leastHeld() {
        return leastHeld;
    }

    /** Returns how many replicas of an option run now. */
    public int current(ReplicaOption option) {
        return current.getOrDefault(option.id(), 0);
    }

    /** Returns the price of starting a replica, in dollars per hour. */
    public double startDollars() {
        return startDollars;
    }

    /** Returns the price of stopping a replica, in dollars per hour. */
    public double stopDollars() {
        return stopDollars;
    }

    /** Returns by how many replicas an option may change, if that is limited. */
    public OptionalInt mostChange() {
        return mostChange;
    }

    /** Returns a builder with all that this problem has, to change. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.classes.addAll(classes);
        builder.options.addAll(options);
        builder.chipsOf.putAll(chipsOf);
        builder.chips = chips;
        builder.watts = watts;
        builder.fewest.putAll(fewest);
        builder.held.putAll(held);
        builder.leastHeld = leastHeld;
        builder.current.putAll(current);
        builder.startDollars = startDollars;
        builder.stopDollars = stopDollars;
        builder.mostChange = mostChange;
        return builder;
    }

    /** Returns the same problem with all traffic multiplied. */
    public FleetProblem scaled(double factor) {
        return withClasses(classes.stream()
                .map(one -> one.withRate(one.requestsPerSecond() * factor))
                .toList());
    }

    /** Returns the same problem with other traffic. */
    public FleetProblem withClasses(List<TrafficClass> others) {
        Builder builder = toBuilder();
        builder.classes.clear();
        builder.classes.addAll(others);
        return builder.build();
    }

    FleetProblem withOptions(List<ReplicaOption> others) {
        Builder builder = toBuilder();
        builder.options.clear();
        builder.options.addAll(others);
        List<String> ids = others.stream().map(ReplicaOption::id).toList();
        builder.current.keySet().retainAll(ids);
        builder.held.keySet().retainAll(ids);
        builder.chipsOf.keySet().retainAll(types(others));
        return builder.build();
    }

    /** Tells whether replicas of a role can do more if there are more of them. */
    boolean sharesQueues() {
        return options.stream().anyMatch(option -> option.mostSharing() > 1);
    }

    /** Tells whether an option serves all traffic that there is, so that it can share a queue with others of its role. */
    boolean servesAll(ReplicaOption option) {
        return classes.stream().allMatch(one -> one.requestsPerSecond() == 0 || option.rate(one) > 0);
    }

    /** Returns the same problem in which so many replicas of each role share a queue. */
    FleetProblem among(Map<Role, Integer> replicas) {
        return withOptions(options.stream()
                .map(option -> servesAll(option) ? option.among(replicas.getOrDefault(option.role(), 1)) : option)
                .toList());
    }

    /** Returns how many replicas of each role share a queue, if there are so many of each option. */
    Map<Role, Integer> sharing(int[] counts) {
        Map<Role, Integer> replicas = new EnumMap<>(Role.class);
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0 && servesAll(options.get(i))) {
                replicas.merge(options.get(i).role(), counts[i], Integer::sum);
            }
        }
        return replicas;
    }

    static void notNegative(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": must be finite and at least 0, but was " + value
                    + ".\nMaybe it is not known; then leave it out or at 0.");
        }
    }

    private static void known(List<String> ids, String what, Set<String> named, String hint) {
        for (String name : named) {
            if (!ids.contains(name)) {
                throw new IllegalArgumentException(
                        what + ": there is no option " + name + ", only " + ids + ".\n" + hint);
            }
        }
    }

    private static Set<String> types(List<ReplicaOption> options) {
        return new TreeSet<>(options.stream().map(ReplicaOption::accelerator).toList());
    }

    private static void unique(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        what + ": there are two named " + name + ".\nMaybe one is a copy; names tell them apart.");
            }
        }
    }

    /** Describes a problem, step by step. Not thread-safe. */
    public static final class Builder {
        private final List<TrafficClass> classes = new ArrayList<>();
        private final List<ReplicaOption> options = new ArrayList<>();
        private final Map<String, Integer> chipsOf = new LinkedHashMap<>();
        private final Map<Role, Integer> fewest = new EnumMap<>(Role.class);
        private final Map<String, Long> held = new LinkedHashMap<>();
        private final Map<String, Integer> current = new LinkedHashMap<>();
        private OptionalInt chips = OptionalInt.empty();
        private OptionalDouble watts = OptionalDouble.empty();
        private long leastHeld;
        private double startDollars;
        private double stopDollars;
        private OptionalInt mostChange = OptionalInt.empty();

        private Builder() {}

        /** Adds a class of traffic. */
        public Builder traffic(TrafficClass traffic) {
            classes.add(requireNonNull(traffic, "traffic"));
            return this;
        }

        /** Adds a kind of replica. */
        public Builder option(ReplicaOption option) {
            options.add(requireNonNull(option, "option"));
            return this;
        }

        /** Limits the chips of a type that some option has; a type that is not limited is there without end. */
        public Builder available(String accelerator, int most) {
            notNegative("available " + accelerator, most);
            chipsOf.put(requireNonNull(accelerator, "accelerator"), most);
            return this;
        }

        /** Lifts the limit of a type. */
        public Builder unlimited(String accelerator) {
            chipsOf.remove(accelerator);
            return this;
        }

        /** Limits all chips together; empty lifts it. */
        public Builder quota(OptionalInt most) {
            most.ifPresent(value -> notNegative("quota", value));
            chips = most;
            return this;
        }

        /** Limits all watts together; empty lifts it. */
        public Builder power(OptionalDouble most) {
            most.ifPresent(value -> notNegative("power", value));
            watts = most;
            return this;
        }

        /** Asks for so many replicas of a role, needed or not. */
        public Builder atLeast(Role role, int replicas) {
            notNegative("atLeast " + role, replicas);
            fewest.put(requireNonNull(role, "role"), replicas);
            return this;
        }

        /**
         * Says how many tokens of prompts a replica of an option holds for those that come again, where that counts: none unless said,
         * as with replicas that read no prompts.
         */
        public Builder holding(String option, long tokens) {
            notNegative("holding " + option, (double) tokens);
            held.put(requireNonNull(option, "option"), tokens);
            return this;
        }

        /** Asks for replicas that together hold so many tokens, so that hits can be counted on; 0 asks for nothing. */
        public Builder holdAtLeast(long tokens) {
            notNegative("holdAtLeast", (double) tokens);
            leastHeld = tokens;
            return this;
        }

        /** Says how many replicas of an option run now. */
        public Builder running(String option, int replicas) {
            notNegative("running " + option, replicas);
            current.put(requireNonNull(option, "option"), replicas);
            return this;
        }

        /** Says what it costs to start and to stop a replica, in dollars per hour over the time the plan is for. */
        public Builder transition(double start, double stop) {
            notNegative("start", start);
            notNegative("stop", stop);
            startDollars = start;
            stopDollars = stop;
            return this;
        }

        /** Limits by how many replicas each option may change; empty lifts it. */
        public Builder mostChange(OptionalInt replicas) {
            replicas.ifPresent(value -> notNegative("mostChange", value));
            mostChange = replicas;
            return this;
        }

        /**
         * Makes the problem.
         *
         * @throws IllegalArgumentException if two classes or two options have the same name, or if what runs, is held or is limited is
         *     of no option
         */
        public FleetProblem build() {
            return new FleetProblem(this);
        }
    }
}
