// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.json.JsonView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a config, which go by several names and may stand in the language part or at the top. A field that is null counts
 * as absent.
 */
final class ConfigFields {
    static final String[] LAYERS = {"num_hidden_layers", "n_layer", "n_layers", "num_layers"};
    static final String[] HIDDEN = {"hidden_size", "n_embd", "d_model"};

    /** Keeps out what is no size at all; the constructors know the bounds of each. */
    private static final int MOST = 1 << 30;

    private final JsonView part;
    private final JsonView root;

    ConfigFields(JsonView part, JsonView root) {
        this.part = part;
        this.root = root;
    }

    /** Returns the type of the language part, such as {@code qwen3_moe}; empty if it has none. */
    String modelType() {
        JsonView view = viewOf("model_type");
        return view == null ? "" : view.text("model_type");
    }

    /** Tells whether the model is one of some types, or the text part of one. */
    boolean isType(String... types) {
        String type = modelType();
        for (String each : types) {
            if (type.equals(each) || type.equals(each + "_text")) {
                return true;
            }
        }
        return false;
    }

    /** Returns the first of some names that is there, or null. */
    @Nullable
    String present(String... names) {
        for (String name : names) {
            if (viewOf(name) != null) {
                return name;
            }
        }
        return null;
    }

    /** Tells whether a field is there and not null, false, 0 or empty. */
    boolean isSet(String name) {
        JsonView view = viewOf(name);
        if (view == null) {
            return false;
        }
        JsonNode node = view.object().get(name);
        return !(node.isBoolean() && !node.booleanValue())
                && !(node.isNumber() && node.doubleValue() == 0)
                && !(node.isContainerNode() && node.isEmpty());
    }

    /** Returns a size of at least 1 that must be there under one of some names. */
    int size(String... names) {
        String name = present(names);
        if (name == null) {
            throw error(
                    names[0],
                    "must be a whole number above 0, but is missing.",
                    names.length == 1
                            ? "Maybe this is not the config of a language model."
                            : "Maybe this is not the config of a language model; it may also be called "
                                    + String.join(", ", List.of(names).subList(1, names.length)) + ".");
        }
        return view(name).integer(name, 1, MOST);
    }

    /** Returns a size of at least 1, or what stands for absent; if that is 0 too, it must be there. */
    int sizeOr(int absent, String... names) {
        String name = present(names);
        return name == null && absent > 0 ? absent : size(names);
    }

    /** Returns a count of at least 0, or what stands for absent. */
    int count(int absent, String... names) {
        String name = present(names);
        return name == null ? absent : view(name).integer(name, 0, MOST);
    }

    /** Returns true or false, or what stands for absent. */
    boolean bool(String name, boolean absent) {
        JsonView view = viewOf(name);
        return view == null ? absent : view.bool(name);
    }

    /** Returns a text, or another if it is absent. */
    String text(String name, String absent) {
        JsonView view = viewOf(name);
        return view == null ? absent : view.text(name);
    }

    /** Returns texts; empty if they are absent. */
    List<String> texts(String name) {
        JsonView view = viewOf(name);
        return view == null ? List.of() : view.texts(name);
    }

    /** Returns whole numbers; empty if they are absent. */
    List<Integer> integers(String name) {
        JsonView view = viewOf(name);
        return view == null ? List.of() : view.integers(name, 0, MOST);
    }

    /** Tells whether a field is a list. */
    boolean isList(String name) {
        JsonView view = viewOf(name);
        return view != null && view.object().get(name).isArray();
    }

    /** Tells whether a field is a text. */
    boolean isText(String name) {
        JsonView view = viewOf(name);
        return view != null && view.object().get(name).isTextual();
    }

    /** Returns an object, or null if it is absent. */
    @Nullable
    JsonView object(String name) {
        JsonView view = viewOf(name);
        return view == null ? null : view.optionalView(name);
    }

    /** Returns the vocabulary of models whose configs leave it out; 0 for others. */
    int vocabularyDefault() {
        return isType("gemma3") ? 262_208 : 0;
    }

    /** Makes an error about a field. */
    CatalogException error(String name, String fact, String hint) {
        JsonView view = viewOf(name);
        return (view == null ? part : view).error(name, fact, hint);
    }

    private @Nullable JsonView viewOf(String name) {
        return part.has(name) ? part : root.has(name) ? root : null;
    }

    private JsonView view(String name) {
        return part.has(name) ? part : root;
    }
}
