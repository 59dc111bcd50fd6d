// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.internal.json.JsonDocument;
import dev.pointsman.accel.internal.json.JsonView;
import dev.pointsman.accel.internal.json.NamedEntries;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Models by name: those that ship, and those that the user adds or changes.
 *
 * <pre>{@code
 * ModelCatalog catalog = ModelCatalog.shipped()
 *     .with(Path.of("our-models.json"))
 *     .with(HuggingFaceConfig.read("our-finetune", Path.of("checkpoint/config.json")));
 * Model model = catalog.get("meta-llama/Llama-3.1-70B-Instruct");
 * }</pre>
 *
 * <p>A file has a list of {@code models} (and may have {@code accelerators} and {@code prices}, which
 * {@link dev.pointsman.accel.catalog.AcceleratorCatalog} reads). A model with the id of one that is there changes the fields it
 * names; one that {@code extends} another starts as its copy.
 *
 * <p>Immutable and thread-safe: {@code with} returns another catalog, or throws and nothing has changed. Looking up by id is one
 * hash look-up.
 */
public final class ModelCatalog {
    private static final ModelCatalog CATALOG =
            empty().with(JsonDocument.readShipped(ModelCatalog.class, "models.json"));

    private final NamedEntries<Model> entries;

    private ModelCatalog(NamedEntries<Model> entries) {
        this.entries = entries;
    }

    /** Returns the models that ship with the library. */
    public static ModelCatalog shipped() {
        return CATALOG;
    }

    /** Returns a catalog without models, for those who list all of theirs. */
    public static ModelCatalog empty() {
        return new ModelCatalog(NamedEntries.empty("model", ModelJson::read, Model::aliases));
    }

    /**
     * Returns a catalog with the models of a file added or changed.
     *
     * @throws dev.pointsman.accel.CatalogException if the file cannot be read or anything in it is wrong; names the
     *     place and what would be right
     */
    public ModelCatalog with(Path file) {
        return with(JsonDocument.read(requireNonNull(file, "file")));
    }

    /**
     * Returns a catalog with one model added or replaced; a later file can replace it, but not change single fields of it.
     *
     * @throws dev.pointsman.accel.CatalogException if one of its names belongs to another model
     */
    public ModelCatalog with(Model model) {
        return new ModelCatalog(entries.with(model.id(), model));
    }

    /**
     * Returns the model that has a name: its id or an alias. Case, dashes, dots, spaces and underscores do not matter.
     *
     * @throws dev.pointsman.accel.CatalogException if there is none, with the one that was probably meant
     */
    public Model get(String name) {
        return entries.get(requireNonNull(name, "name"));
    }

    /** Returns the model that has a name, if there is one. */
    public Optional<Model> find(String name) {
        return Optional.ofNullable(entries.find(requireNonNull(name, "name")));
    }

    /** Returns all models, in the order in which they were added. */
    public List<Model> all() {
        return entries.values();
    }

    /** Returns the ids of all models, in alphabetical order. */
    public Set<String> ids() {
        return entries.ids();
    }

    @Override
    public String toString() {
        return "ModelCatalog" + ids();
    }

    ModelCatalog with(JsonView file) {
        NamedEntries<Model> changed = entries.with(file.views("models"));
        file.allow("accelerators");
        file.allow("prices");
        file.allow("about");
        file.allow("licence");
        file.refuseOthers();
        return new ModelCatalog(changed);
    }
}
