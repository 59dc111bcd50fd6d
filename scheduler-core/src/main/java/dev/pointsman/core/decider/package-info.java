// SPDX-License-Identifier: Apache-2.0

/**
 * Deciders, which say of a stage of a request whether it runs on an endpoint of its own or where the request is decoded. The
 * request and the endpoint chosen so far come in; yes or no leaves, with the reason in the explanation. The built-in rules are
 * those of llm-d (llm-d-router v0.10), BLIS and Dynamo, and what they compare is the part of the prompt that is not cached yet.
 */
@NullMarked
package dev.pointsman.core.decider;

import org.jspecify.annotations.NullMarked;
