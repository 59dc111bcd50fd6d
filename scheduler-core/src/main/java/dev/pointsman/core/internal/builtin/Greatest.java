// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

/**
 * Finds the k-th greatest of many numbers in one pass: a heap of the k greatest so far, with the least of them on top.
 * Working memory to be lent by a {@link Pool}; not thread-safe. Adding takes time in the logarithm of k at worst, and mostly
 * one comparison; allocates nothing once it has had room for so many.
 */
public final class Greatest {
    private double[] heap = new double[16];
    private int size;
    private int most;

    /**
     * Forgets all numbers.
     *
     * @param k how many of the greatest to keep from here on; at least 1
     */
    public void start(int k) {
        if (heap.length < k) {
            heap = new double[Math.max(k, 2 * heap.length)];
        }
        most = k;
        size = 0;
    }

    /** Adds a number, which is not NaN. */
    public void add(double number) {
        if (size < most) {
            rise(number);
        } else if (number > heap[0]) {
            sink(number);
        }
    }

    /** Returns the k-th greatest number, the least of all if there are fewer, or infinity if there are none. */
    public double last() {
        return size == 0 ? Double.POSITIVE_INFINITY : heap[0];
    }

    private void rise(double number) {
        int at = size++;
        while (at > 0 && heap[(at - 1) / 2] > number) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = number;
    }

    /** Puts a number in the place of the least one. */
    private void sink(double number) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= number) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = number;
    }
}
