// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import dev.pointsman.api.data.DataKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives each key that is produced a small number, so that a cycle keeps its data in arrays. Immutable once built. */
public final class KeySpace {
    private final Map<DataKey, Integer> numbers = new HashMap<>();
    private final List<DataKey> keys = new ArrayList<>();

    KeySpace(Iterable<? extends DataKey> produced) {
        for (DataKey key : produced) {
            if (numbers.putIfAbsent(key, keys.size()) == null) {
                keys.add(key);
            }
        }
    }

    /** Returns how many keys there are. */
    public int size() {
        return keys.size();
    }

    /** Returns the key of a number. */
    public DataKey key(int number) {
        return keys.get(number);
    }

    /** Returns a key's number, or -1 if nobody produces it. */
    public int number(DataKey key) {
        Integer number = numbers.get(key);
        return number != null ? number : -1;
    }
}
