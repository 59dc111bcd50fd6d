// SPDX-License-Identifier: Apache-2.0

/**
 * The built-in scorers; each says how well a candidate suits a request in one respect: load, cached prefix, adapter or
 * session. A profile brings in the request, the candidates and the data produced for them; one score in [0, 1] a candidate
 * leaves, or {@link dev.pointsman.api.plugin.Scorer#MISSING} for a candidate of which nothing is known. Type names,
 * parameters and formulas are those of llm-d's endpoint picker (llm-d-router v0.10), and a class that departs from them
 * says where and why.
 */
@NullMarked
package dev.pointsman.core.scorer;

import org.jspecify.annotations.NullMarked;
