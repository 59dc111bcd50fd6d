// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.json.JsonDocument;
import dev.pointsman.accel.internal.json.JsonView;
import dev.pointsman.accel.internal.json.NamedEntries;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Accelerators by name: those that ship, and those that the user adds or changes.
 *
 * <pre>{@code
 * AcceleratorCatalog catalog = AcceleratorCatalog.shipped().with(Path.of("our-fleet.json"));
 * Accelerator chip = catalog.get("h100-sxm");
 * }</pre>
 *
 * <p>A file has a list of {@code accelerators}, a list of {@code prices} or both (and may have {@code models}, which
 * {@link dev.pointsman.accel.model.ModelCatalog} reads). An accelerator with the id of one that is there changes the fields it
 * names; one that {@code extends} another starts as its copy. A price is put before the others of its accelerator, and so
 * becomes the default:
 *
 * <pre>{@code
 * {
 *   "accelerators": [{"id": "h100-nvl", "extends": "h100-pcie", "memoryGiB": 94, "memoryGigabytesPerSecond": 3900}],
 *   "prices": [{"accelerator": "h200-sxm", "usdPerHour": 2.35, "basis": "our contract", "asOf": "2026-11-01"}]
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe: {@link #with} returns another catalog, or throws and nothing has changed. Looking up by id is one
 * hash look-up.
 */
public final class AcceleratorCatalog {
    private static final List<String> SHIPPED = List.of("nvidia.json", "amd.json", "intel.json", "google.json");
    private static final AcceleratorCatalog CATALOG = readShipped();

    private final NamedEntries<Accelerator> entries;

    private AcceleratorCatalog(NamedEntries<Accelerator> entries) {
        this.entries = entries;
    }

    /** Returns the accelerators that ship with the library. */
    public static AcceleratorCatalog shipped() {
        return CATALOG;
    }

    /** Returns a catalog without accelerators, for those who list all of theirs. */
    public static AcceleratorCatalog empty() {
        return new AcceleratorCatalog(NamedEntries.empty("accelerator", AcceleratorJson::read, Accelerator::aliases));
    }

    /**
     * Returns a catalog with the accelerators and prices of a file added or changed.
     *
     * @throws CatalogException if the file cannot be read or anything in it is wrong; names the place and what would be right
     */
    public AcceleratorCatalog with(Path file) {
        return with(JsonDocument.read(requireNonNull(file, "file")));
    }

    /**
     * Returns the accelerator that has a name: its id or an alias. Case, dashes, dots, spaces and underscores do not matter.
     *
     * @throws CatalogException if there is none, with the one that was probably meant
     */
    public Accelerator get(String name) {
        return entries.get(requireNonNull(name, "name"));
    }

    /** Returns the accelerator that has a name, if there is one. */
    public Optional<Accelerator> find(String name) {
        return Optional.ofNullable(entries.find(requireNonNull(name, "name")));
    }

    /** Returns all accelerators, in the order in which they were added. */
    public List<Accelerator> all() {
        return entries.values();
    }

    /** Returns the ids of all accelerators, in alphabetical order. */
    public Set<String> ids() {
        return entries.ids();
    }

    @Override
    public String toString() {
        return "AcceleratorCatalog" + ids();
    }

    AcceleratorCatalog with(JsonView file) {
        NamedEntries<Accelerator> changed = entries.with(file.views("accelerators"));
        Set<String> priced = new HashSet<>();
        for (JsonView price : file.views("prices")) {
            changed = withPrice(changed, price, priced);
        }
        file.allow("models");
        file.allow("about");
        file.allow("licence");
        file.refuseOthers();
        return new AcceleratorCatalog(changed);
    }

    private static NamedEntries<Accelerator> withPrice(
            NamedEntries<Accelerator> entries, JsonView entry, Set<String> priced) {
        String name = entry.text("accelerator");
        String id = entries.id(name);
        ObjectNode tree = id == null ? null : entries.tree(id);
        if (id == null || tree == null) {
            throw CatalogException.unknown(entry.file(), entry.path("accelerator"), "accelerator", name, entries.ids());
        }
        Price price = AcceleratorJson.readOwnPrice(entry);
        if (!priced.add(id + " " + price.kind() + " " + price.basis())) {
            throw entry.error(
                    "accelerator",
                    "must have one price for a kind and basis, but " + id + " has two.",
                    "Maybe one is a copy; tell them apart by basis.");
        }
        ArrayNode prices = tree.withArray("prices");
        prices.insert(0, AcceleratorJson.write(price));
        return entries.with(id, tree);
    }

    private static AcceleratorCatalog readShipped() {
        AcceleratorCatalog catalog = empty();
        for (String name : SHIPPED) {
            catalog = catalog.with(JsonDocument.readShipped(AcceleratorCatalog.class, name));
        }
        return catalog;
    }
}
