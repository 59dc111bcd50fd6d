// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.accel.CatalogException;
import dev.pointsman.accel.internal.json.JsonView;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How accelerators and prices look in a file. */
final class AcceleratorJson {
    private static final int MOST_CHIPS = 1 << 20;

    private AcceleratorJson() {}

    static Accelerator read(JsonView entry) {
        double memory = bounded(entry, "memoryGiB", 1 << 20);
        OptionalDouble usable = entry.optionalPositive("usableMemoryGiB");
        if (usable.isPresent() && usable.getAsDouble() > memory) {
            throw entry.error(
                    "usableMemoryGiB",
                    "must be at most memoryGiB (" + memory + "), but was " + usable.getAsDouble() + ".",
                    "Maybe one of the two is in GB instead of GiB.");
        }
        Accelerator accelerator = new Accelerator(
                entry.text("id"),
                entry.text("name", entry.text("id")),
                entry.texts("aliases"),
                entry.text("vendor"),
                entry.text("family"),
                peaks(entry.view("peakTflops")),
                memory,
                usable,
                entry.optionalPositive("memoryMarketingGB"),
                bounded(entry, "memoryGigabytesPerSecond", 1e6),
                entry.optionalPositive("tdpWatts"),
                links(entry.optionalView("links")),
                entry.views("prices").stream().map(AcceleratorJson::readPrice).toList(),
                entry.texts("sources"),
                entry.texts("notes"));
        entry.refuseOthers();
        return accelerator;
    }

    /** Reads a price of an entry. */
    static Price readPrice(JsonView entry) {
        Price price = new Price(
                bounded(entry, "usdPerHour", 1e6),
                PriceKind.of(entry.oneOf("kind", "kind of price", PriceKind.labels())),
                entry.text("basis"),
                entry.date("asOf"),
                entry.text("source"));
        entry.refuseOthers();
        return price;
    }

    /** Reads a price that stands alone, as the user's own unless it says otherwise. */
    static Price readOwnPrice(JsonView entry) {
        entry.allow("accelerator");
        PriceKind kind = entry.has("kind")
                ? PriceKind.of(entry.oneOf("kind", "kind of price", PriceKind.labels()))
                : PriceKind.OWN;
        Price price = new Price(
                bounded(entry, "usdPerHour", 1e6),
                kind,
                entry.text("basis", "own price"),
                entry.date("asOf"),
                entry.text("source", entry.file()));
        entry.refuseOthers();
        return price;
    }

    static ObjectNode write(Price price) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("usdPerHour", price.usdPerHour())
                .put("kind", price.kind().label())
                .put("basis", price.basis())
                .put("asOf", price.asOf().toString())
                .put("source", price.source());
    }

    private static Map<DType, Double> peaks(JsonView view) {
        Map<DType, Double> peaks = new EnumMap<>(DType.class);
        for (String name : view.names()) {
            if (!DType.isKnown(name)) {
                throw CatalogException.unknown(view.file(), view.path(name), "data type", name, DType.labels());
            }
            DType type = DType.of(name);
            if (type != type.arithmetic()) {
                throw view.error(
                        name,
                        "must be the peak of a data type that is multiplied as it is, and this one is multiplied as "
                                + type.arithmetic() + ".",
                        "Maybe give the peak of " + type.arithmetic() + " instead.");
            }
            if (peaks.put(type, bounded(view, name, 1e7)) != null) {
                throw view.error(name, "must be there once, but " + type + " has two names here.", "Maybe remove one.");
            }
        }
        if (!peaks.containsKey(DType.BF16) && !peaks.containsKey(DType.FP16)) {
            throw view.error(
                    "", "must have the peak of bf16 or fp16, but has neither.", "Maybe bf16 is missing or misspelt.");
        }
        return peaks;
    }

    private static List<Link> links(@Nullable JsonView view) {
        List<Link> links = new ArrayList<>();
        if (view == null) {
            return links;
        }
        for (LinkKind kind : LinkKind.values()) {
            JsonView link = view.optionalView(kind.label());
            if (link != null) {
                links.add(link(link, kind));
            }
        }
        view.refuseOthers();
        return links;
    }

    private static Link link(JsonView view, LinkKind kind) {
        double speed = bounded(view, "gigabytesPerSecond", 1e6);
        double peer = view.optionalPositive("peerGigabytesPerSecond").orElse(speed);
        if (peer > speed) {
            throw view.error(
                    "peerGigabytesPerSecond",
                    "must be at most gigabytesPerSecond (" + speed + "), but was " + peer + ".",
                    "Maybe one of the two counts both directions.");
        }
        int chips = switch (kind) {
            case HOST -> view.integer("chips", 1, 1, 1);
            case SCALE_UP -> view.integer("chips", 2, MOST_CHIPS);
            case SCALE_OUT -> view.integer("chips", 2, MOST_CHIPS, MOST_CHIPS);
        };
        Link link = new Link(
                kind, view.text("technology"), speed, peer, chips, view.text("note", ""), view.text("source", ""));
        view.refuseOthers();
        return link;
    }

    private static double bounded(JsonView view, String field, double most) {
        double value = view.positive(field);
        if (value > most) {
            throw view.error(
                    field,
                    "must be at most " + most + ", but was " + value + ".",
                    "Maybe the unit is another one; the field's name says which is meant.");
        }
        return value;
    }
}
