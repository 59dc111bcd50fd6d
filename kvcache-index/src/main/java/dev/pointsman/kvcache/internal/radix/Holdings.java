// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.util.Arrays;

/** A scratch list of holders and the blocks of a run that each holds. */
final class Holdings {
    private int[] ids = new int[16];
    private long[] masks = new long[16];
    private int size;

    void clear() {
        size = 0;
    }

    void add(int id, long mask) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            masks = Arrays.copyOf(masks, 2 * size);
        }
        ids[size] = id;
        masks[size++] = mask;
    }

    int size() {
        return size;
    }

    int id(int position) {
        return ids[position];
    }

    long mask(int position) {
        return masks[position];
    }
}
