// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

import dev.pointsman.kvcache.event.DropReason;
import java.util.ArrayList;
import java.util.List;

/** Writes down what is asked to be done, and does nothing. */
final class StepsInWords implements RecoverySteps<String> {
    private final List<String> steps = new ArrayList<>();

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
        steps.add("drop " + reason);
    }
}
