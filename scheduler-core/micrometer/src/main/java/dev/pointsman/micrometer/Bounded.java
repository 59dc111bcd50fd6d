// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * One value for each of the first so many names, and one for all other names together, so that names from outside cannot fill the
 * memory. A name keeps the value that it had first, for ever: what was counted in under one is counted out under the same.
 *
 * <p>Thread-safe. Asking for a known name, or for any once there is room for no more, is a look-up or two without lock or
 * allocation.
 */
final class Bounded<T> {
    private final ConcurrentMap<String, T> known = new ConcurrentHashMap<>();
    private final Function<String, T> maker;
    private final Runnable refused;
    private final T other;
    private int room;
    private volatile boolean full;

    /**
     * Makes the values of names that are known beforehand, and of the others.
     *
     * @param most how many more names have a value of their own, at least 0
     * @param beforehand names that take no room
     * @param maker makes a name's value; called once for each, under a lock
     * @param refused told of each name for which that throws, and which goes with the others
     */
    Bounded(int most, Collection<String> beforehand, Function<String, T> maker, Runnable refused) {
        this.refused = refused;
        this.room = most;
        this.maker = maker;
        this.full = most == 0;
        this.other = maker.apply(Names.OTHER);
        known.put(Names.OTHER, other);
        for (String name : beforehand) {
            known.computeIfAbsent(name, maker);
        }
    }

    /** Returns the value of a name, or the one of the others if it has none yet. */
    T getKnown(String name) {
        return known.getOrDefault(name, other);
    }

    /** Returns the value of a name. */
    T get(String name) {
        T found = known.get(name);
        return found != null ? found : unknown(name);
    }

    private T unknown(String name) {
        if (!Names.fitForTag(name)) {
            return other;
        }
        // If there is no more room now, whatever has a value has it already.
        return full ? known.getOrDefault(name, other) : admit(name);
    }

    private synchronized T admit(String name) {
        T found = known.get(name);
        if (found != null) {
            return found;
        }
        if (room == 0) {
            return other;
        }
        T made = madeOf(name);
        known.put(name, made);
        room--;
        full = room == 0;
        return made;
    }

    /** Makes a name's value, or has it go with the others for good if the registry refuses: asked again it would again. */
    private T madeOf(String name) {
        try {
            return maker.apply(name);
        } catch (RuntimeException why) {
            refused.run();
            return other;
        }
    }

    /** Has names that are not known by now go with the others. */
    synchronized void close() {
        room = 0;
        full = true;
    }
}
