// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import dev.pointsman.replay.compare.PolicyRow;
import dev.pointsman.replay.compare.PolicyRow.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * The colour and the dash of each policy's line. Contenders take the colours of the style sheet in order and begin again
 * with another dash when these run out; the floor is grey, told apart by its dashes.
 */
record Palette(List<Stroke> strokes) {
    /**
     * How a policy is drawn.
     *
     * @param colour a custom property of the style sheet, such as {@code --series-0}
     * @param dash lengths of line and gap in pixels; empty for a solid line
     */
    record Stroke(String colour, List<Integer> dash) {}

    private static final int COLOURS = 8;
    private static final int FLOOR_COLOURS = 3;
    private static final List<List<Integer>> CONTENDER_DASHES = List.of(List.of(), List.of(9, 4), List.of(3, 3));
    private static final List<List<Integer>> FLOOR_DASHES = List.of(List.of(7, 4), List.of(2, 3), List.of(10, 3, 2, 3));

    static Palette of(List<PolicyRow> rows) {
        List<Stroke> strokes = new ArrayList<>();
        int contenders = 0;
        int floors = 0;
        for (PolicyRow row : rows) {
            if (row.role() == Role.FLOOR) {
                strokes.add(new Stroke(
                        "--floor-" + floors % FLOOR_COLOURS, FLOOR_DASHES.get(floors % FLOOR_DASHES.size())));
                floors++;
            } else {
                strokes.add(contender(contenders++));
            }
        }
        return new Palette(List.copyOf(strokes));
    }

    /** Returns strokes for contenders only. */
    static Palette of(int contenders) {
        List<Stroke> strokes = new ArrayList<>();
        for (int i = 0; i < contenders; i++) {
            strokes.add(contender(i));
        }
        return new Palette(List.copyOf(strokes));
    }

    private static Stroke contender(int number) {
        return new Stroke(
                "--series-" + number % COLOURS, CONTENDER_DASHES.get(number / COLOURS % CONTENDER_DASHES.size()));
    }

    String colour(int row) {
        return strokes.get(row).colour();
    }

    List<Integer> dash(int row) {
        return strokes.get(row).dash();
    }
}
