// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Lends working memory to one request after another. What never comes back is garbage and no leak; what finds the pool full
 * is dropped. Keeps at most {@value #SIZE}, about as many as there are threads that schedule at once. Thread-safe, lock-free.
 */
public final class Pool<T> {
    private static final int SIZE = 16;

    private final AtomicReferenceArray<T> idle = new AtomicReferenceArray<>(SIZE);
    private final Supplier<T> maker;

    /** Makes an empty pool; what finds it empty is made by the maker. */
    public Pool(Supplier<T> maker) {
        this.maker = requireNonNull(maker, "maker");
    }

    /** Returns one for this caller alone, with anything in it. */
    public T borrow() {
        for (int i = 0; i < SIZE; i++) {
            if (idle.getPlain(i) != null) {
                T lent = idle.getAndSet(i, null);
                if (lent != null) {
                    return lent;
                }
            }
        }
        return maker.get();
    }

    /** Takes one that was borrowed; the caller must not touch it again. */
    public void giveBack(T lent) {
        for (int i = 0; i < SIZE; i++) {
            if (idle.getPlain(i) == null && idle.compareAndSet(i, null, lent)) {
                return;
            }
        }
    }
}
