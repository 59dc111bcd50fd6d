// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.policy;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One number for each slot of the fleet. Reads and writes take no lock and allocate nothing; {@link #joined} is for the thread
 * that changes the fleet, and what is written while it makes room may be lost.
 */
final class SlotNumbers {
    /** What a slot has that nobody joined. */
    static final long NONE = Long.MIN_VALUE;

    private final long initial;
    private volatile AtomicLongArray numbers = new AtomicLongArray(0);

    /**
     * Makes numbers for no slot.
     *
     * @param initial what a slot has after somebody joined it
     */
    SlotNumbers(long initial) {
        this.initial = initial;
    }

    /** Returns a slot's number, or {@link #NONE}. */
    long get(int slot) {
        AtomicLongArray now = numbers;
        return slot < now.length() ? now.get(slot) : NONE;
    }

    /** Sets a slot's number, if somebody has joined it. */
    void set(int slot, long number) {
        AtomicLongArray now = numbers;
        if (slot < now.length()) {
            now.set(slot, number);
        }
    }

    /** Begins anew with a slot. */
    void joined(int slot) {
        AtomicLongArray now = numbers;
        if (slot >= now.length()) {
            AtomicLongArray wider = new AtomicLongArray(Math.max(slot + 1, 2 * now.length()));
            for (int i = 0; i < wider.length(); i++) {
                wider.set(i, i < now.length() ? now.get(i) : NONE);
            }
            numbers = wider;
        }
        numbers.set(slot, initial);
    }
}
