// SPDX-License-Identifier: Apache-2.0

/**
 * Schedulers from a file: llm-d's {@code EndpointPickerConfig}, read strictly. A file or text comes in. What leaves is a checked
 * {@link dev.pointsman.core.EndpointPickerConfig} for a scheduler's builder, or an error that names file, line, path and
 * what would be right; and, for people and editors, findings, the effective configuration and a JSON Schema.
 */
@NullMarked
package dev.pointsman.core.config;

import org.jspecify.annotations.NullMarked;
