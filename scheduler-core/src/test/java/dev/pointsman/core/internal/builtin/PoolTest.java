// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoolTest {
    private final Pool<Object> pool = new Pool<>(Object::new);

    @Test
    void whatCameBack_isLentAgain() {
        Object first = pool.borrow();
        pool.giveBack(first);

        assertThat(pool.borrow()).isSameAs(first);
    }

    @Test
    void whatIsLent_isLentToOneOnly() {
        Set<Object> lent = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 100; i++) {
            assertThat(lent.add(pool.borrow())).isTrue();
        }
    }

    @Test
    void moreThanThePoolKeeps_isDropped() {
        List<Object> lent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lent.add(pool.borrow());
        }
        lent.forEach(pool::giveBack);

        int again = 0;
        for (int i = 0; i < 100; i++) {
            Object borrowed = pool.borrow();
            again += lent.stream().anyMatch(earlier -> earlier == borrowed) ? 1 : 0;
        }
        assertThat(again).isEqualTo(16);
    }
}
