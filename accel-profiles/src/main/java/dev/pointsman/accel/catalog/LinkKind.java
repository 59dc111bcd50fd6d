// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.CatalogException;
import java.util.List;

/** What a {@link Link} joins. */
public enum LinkKind {
    /** The chips of one scale-up domain: NVLink, Infinity Fabric, ICI, or PCIe where there is nothing better. */
    SCALE_UP("scale-up"),
    /** Chips of different domains, through a network adapter. */
    SCALE_OUT("scale-out"),
    /** A chip and the memory of its host. */
    HOST("host");

    private final String label;

    LinkKind(String label) {
        this.label = label;
    }

    /**
     * Finds a kind by its label.
     *
     * @throws CatalogException if there is none
     */
    public static LinkKind of(String label) {
        requireNonNull(label, "label");
        for (LinkKind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        throw CatalogException.unknown("", "", "kind of link", label, labels());
    }

    /** Returns the labels of all kinds, in order of declaration. */
    public static List<String> labels() {
        return List.of(values()).stream().map(LinkKind::label).toList();
    }

    /** Returns the name used in data files, such as {@code scale-up}. */
    public String label() {
        return label;
    }
}
