// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.internal.json.JsonView;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How models look in a file. */
final class ModelJson {
    private static final List<String> ATTENTION = List.of("grouped-query", "latent", "windowed", "hybrid");
    private static final List<String> RECURRENT = List.of("gated-delta", "mamba2");

    /** The constructors know the bounds of each size; this only keeps out what is no size at all. */
    private static final int MOST = 1 << 30;

    private ModelJson() {}

    static Model read(JsonView entry) {
        try {
            ModelArchitecture architecture = new ModelArchitecture(
                    size(entry, "layers", 1),
                    size(entry, "hiddenSize", 1),
                    size(entry, "vocabularySize", 1),
                    entry.bool("tiedEmbeddings", false),
                    attention(entry.view("attention")),
                    feedForward(entry.view("feedForward")));
            JsonView published = entry.optionalView("published");
            Model model = new Model(
                    entry.text("id"),
                    entry.texts("aliases"),
                    architecture,
                    weights(entry.optionalView("weights")),
                    published(published, "parametersBillions"),
                    published(published, "activeParametersBillions"),
                    entry.texts("sources"),
                    entry.texts("notes"));
            if (published != null) {
                published.refuseOthers();
            }
            entry.refuseOthers();
            return model;
        } catch (IllegalArgumentException e) {
            throw entry.error(e);
        }
    }

    private static OptionalDouble published(@Nullable JsonView view, String field) {
        return view == null ? OptionalDouble.empty() : view.optionalPositive(field);
    }

    private static Attention attention(JsonView view) {
        String kind = view.oneOf("kind", "kind of attention", ATTENTION);
        Attention attention = switch (kind) {
            case "grouped-query" -> groupedQuery(view);
            case "latent" -> latent(view);
            case "windowed" ->
                new WindowedAttention(nested(view, "full"), nested(view, "windowed"), size(view, "windowTokens", 1));
            default -> new HybridAttention(nested(view, "full"), recurrent(view.view("recurrent")));
        };
        view.refuseOthers();
        return attention;
    }

    private static GroupedQueryAttention nested(JsonView view, String field) {
        JsonView nested = view.view(field);
        GroupedQueryAttention attention = groupedQuery(nested);
        nested.refuseOthers();
        return attention;
    }

    private static GroupedQueryAttention groupedQuery(JsonView view) {
        int kvHeads = size(view, "kvHeads", 1);
        int heads = size(view, "heads", 1);
        if (heads % kvHeads != 0) {
            throw view.error(
                    "heads",
                    "must be a multiple of the " + kvHeads + " kvHeads, but was " + heads + ".",
                    "Maybe the two are swapped.");
        }
        return new GroupedQueryAttention(
                size(view, "layers", 0), heads, kvHeads, size(view, "headDim", 1), view.bool("outputGate", false));
    }

    private static LatentAttention latent(JsonView view) {
        JsonView selector = view.optionalView("selector");
        LatentAttention.Selector chosen = null;
        if (selector != null) {
            chosen = new LatentAttention.Selector(
                    size(selector, "heads", 1), size(selector, "headDim", 1), size(selector, "tokens", 1));
            selector.refuseOthers();
        }
        return new LatentAttention(
                size(view, "layers", 1),
                size(view, "heads", 1),
                size(view, "queryRank", 0),
                size(view, "latentRank", 1),
                size(view, "ropeHeadDim", 0),
                size(view, "nopeHeadDim", 1),
                size(view, "valueHeadDim", 1),
                chosen);
    }

    private static HybridAttention.Recurrent recurrent(JsonView view) {
        String kind = view.oneOf("kind", "kind of recurrence", RECURRENT);
        HybridAttention.Recurrent recurrent = new HybridAttention.Recurrent(
                kind.equals("mamba2") ? HybridAttention.Kind.MAMBA2 : HybridAttention.Kind.GATED_DELTA,
                size(view, "layers", 1),
                size(view, "keyHeads", 1),
                size(view, "keyHeadDim", 1),
                size(view, "valueHeads", 1),
                size(view, "valueHeadDim", 1),
                size(view, "convolution", 1));
        view.refuseOthers();
        return recurrent;
    }

    private static FeedForward feedForward(JsonView view) {
        JsonView experts = view.optionalView("experts");
        int denseLayers = size(view, "denseLayers", 0, 0);
        FeedForward feedForward = new FeedForward(
                denseLayers,
                denseLayers == 0 ? size(view, "denseIntermediate", 0, 0) : size(view, "denseIntermediate", 1),
                view.integer("matrices", 2, 3, 3),
                experts == null ? null : experts(experts));
        view.refuseOthers();
        return feedForward;
    }

    private static FeedForward.Experts experts(JsonView view) {
        int shared = size(view, "shared", 0, 0);
        FeedForward.Experts experts = new FeedForward.Experts(
                size(view, "layers", 1),
                size(view, "count", 1),
                size(view, "active", 1),
                size(view, "intermediate", 1),
                shared,
                shared == 0 ? size(view, "sharedIntermediate", 0, 0) : size(view, "sharedIntermediate", 1));
        view.refuseOthers();
        return experts;
    }

    private static WeightFormat weights(@Nullable JsonView view) {
        if (view == null) {
            return WeightFormat.of(DType.BF16);
        }
        DType linear = type(view, "linear");
        DType experts = view.has("experts") ? type(view, "experts") : linear;
        DType embeddings = view.has("embeddings")
                ? type(view, "embeddings")
                : WeightFormat.of(linear).embeddings();
        view.refuseOthers();
        return new WeightFormat(linear, experts, embeddings);
    }

    private static DType type(JsonView view, String field) {
        String name = view.text(field);
        if (!DType.isKnown(name)) {
            throw CatalogException.unknown(view.file(), view.path(field), "data type", name, DType.labels());
        }
        return DType.of(name);
    }

    private static int size(JsonView view, String field, int least) {
        return view.integer(field, least, MOST);
    }

    private static int size(JsonView view, String field, int least, int absent) {
        return view.integer(field, least, MOST, absent);
    }
}
