// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.model;

import static java.util.Objects.requireNonNull;

import dev.pointsman.accel.catalog.DType;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A model of a catalog: its shape, how its checkpoint is stored and who says so. Immutable and thread-safe.
 *
 * @param id the name to look it up by, such as {@code llama-3.1-70b}
 * @param aliases other names, such as the one it is published under
 * @param architecture its shape
 * @param weights how the checkpoint that its authors publish is stored
 * @param publishedParametersBillions weights as published, to check the shape against; empty if not known
 * @param publishedActiveParametersBillions weights that one token uses, as published; empty if not known
 * @param sources where the numbers come from
 * @param notes what else is worth knowing
 */
public record Model(
        String id,
        List<String> aliases,
        ModelArchitecture architecture,
        WeightFormat weights,
        OptionalDouble publishedParametersBillions,
        OptionalDouble publishedActiveParametersBillions,
        List<String> sources,
        List<String> notes) {
    /** Copies what is given. */
    public Model {
        requireNonNull(id, "id");
        aliases = List.copyOf(aliases);
        requireNonNull(architecture, "architecture");
        requireNonNull(weights, "weights");
        sources = List.copyOf(sources);
        notes = List.copyOf(notes);
    }

    /**
     * Returns how a checkpoint of this model in some data type is stored. A model whose own checkpoint stores its routed experts
     * apart from the rest, such as gpt-oss, keeps the rest as it is when the experts are asked for in 4 bits.
     */
    public WeightFormat weights(DType type) {
        boolean expertsOnly = weights.experts() != weights.linear() && type.bytesPerElement() < 1;
        return expertsOnly ? new WeightFormat(weights.linear(), type, weights.embeddings()) : WeightFormat.of(type);
    }
}
