// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.CatalogException;
import java.util.List;
import java.util.Locale;

/** The terms of a {@link Price}. */
public enum PriceKind {
    /** What this user pays. */
    OWN,
    /** A model of what a long rental costs. */
    RENTAL,
    /** A model of what owning and running a chip costs. */
    OWNERSHIP,
    /** What a cloud lists for hours on demand or in a reserved block. */
    LIST;

    /**
     * Finds a kind by its label.
     *
     * @throws CatalogException if there is none
     */
    public static PriceKind of(String label) {
        requireNonNull(label, "label");
        for (PriceKind kind : values()) {
            if (kind.label().equals(label)) {
                return kind;
            }
        }
        throw CatalogException.unknown("", "", "kind of price", label, labels());
    }

    /** Returns the labels of all kinds, in order of declaration. */
    public static List<String> labels() {
        return List.of(values()).stream().map(PriceKind::label).toList();
    }

    /** Returns the name used in data files, such as {@code own}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
