// SPDX-License-Identifier: Apache-2.0

/**
 * Models from the files that they are published with. A Hugging Face {@code config.json} comes in. A
 * {@linkplain dev.pointsman.accel.model.Model model} leaves, or an error that says which field is missing or not understood.
 */
@NullMarked
package dev.pointsman.accel.model.huggingface;

import org.jspecify.annotations.NullMarked;
