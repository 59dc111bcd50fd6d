// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in data producers: what of a prompt each endpoint has probably cached, whose conversation a request belongs to,
 * and how much work it would add where. Requests and what became of them come in, through the extension points of {@link
 * dev.pointsman.api.plugin}. Attributes and columns leave under the well-known keys of {@link dev.pointsman.api.data}, for
 * filters and scorers to read; the engine finds the factories in {@link dev.pointsman.core.producer.ProducerFactories}.
 */
@NullMarked
package dev.pointsman.core.producer;

import org.jspecify.annotations.NullMarked;
