// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.lint;

import dev.pointsman.core.config.Finding;
import dev.pointsman.core.config.Finding.Rule;
import dev.pointsman.core.internal.config.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects findings with their places. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();

    /** Adds one about an object of the configuration, or about the whole if there is none. */
    void add(Rule rule, @Nullable Section at, String message) {
        all.add(new Finding(rule, at == null ? 0 : at.place().line(), at == null ? "" : at.path(), message));
    }

    /** Adds one about a field. */
    void add(Rule rule, Section at, String field, String message) {
        all.add(new Finding(rule, at.placeOfField(field).line(), at.path(field), message));
    }

    /** Returns them as they stand in the file, those about the whole first. */
    List<Finding> inOrder() {
        return all.stream().sorted(Comparator.comparingInt(Finding::line)).toList();
    }
}
