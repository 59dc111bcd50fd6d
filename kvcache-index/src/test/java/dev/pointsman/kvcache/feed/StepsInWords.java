// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.event.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

/** Writes down what is asked to be done, and does nothing. */
final class StepsInWords implements RecoverySteps<String> {
    private final List<String> steps = new ArrayList<>();
    private final ObjLongConsumer<DropReason> drops;

    /** Writes down drops like the rest. */
    StepsInWords() {
        drops = (reason, count) -> steps.add("drop " + reason);
    }

    /** Has drops counted elsewhere. */
    StepsInWords(ObjLongConsumer<DropReason> drops) {
        this.drops = drops;
    }

    /** Returns what was asked since the last time that it was forgotten. */
    List<String> done() {
        return steps;
    }

    void forget() {
        steps.clear();
    }

    @Override
    public void apply(long sequence, String batch) {
        steps.add("apply " + sequence);
    }

    @Override
    public void clear() {
        steps.add("clear");
    }

    @Override
    public void replay(long from) {
        steps.add("replay from " + from);
    }

    @Override
    public void stopReplay() {
        steps.add("stop replay");
    }

    @Override
    public void dropped(DropReason reason, long count) {
        drops.accept(reason, count);
    }
}
