// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in profile handlers, which say what profiles a request runs and make one decision of their results: one profile,
 * one that a header names, or a request split into stages. The results so far come in; names of profiles to run next leave, and
 * at the end a decision with the headers that tell its legs of each other, or a refusal. Type names are those of llm-d's endpoint
 * picker (llm-d-router v0.10).
 */
@NullMarked
package dev.pointsman.core.handler;

import org.jspecify.annotations.NullMarked;
