// SPDX-License-Identifier: Apache-2.0

/**
 * What a model asks of the chips that run it. The shape of a model comes in, from the catalog that ships, from a file of the
 * user or from a Hugging Face {@code config.json}. Weights, KV bytes, operations and KV capacity leave, by formulas that each
 * name their source.
 */
@NullMarked
package dev.pointsman.accel.model;

import org.jspecify.annotations.NullMarked;
