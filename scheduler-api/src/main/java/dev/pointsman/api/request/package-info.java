// SPDX-License-Identifier: Apache-2.0

/**
 * What is asked: one inference request, its prompt and its objectives. A host builds an {@link
 * dev.pointsman.api.request.InferenceRequest} from whatever protocol it speaks and hands it to the scheduler; plugins
 * only read it. Everything here is immutable, and prompts are read through views so that a long one is never copied.
 */
@NullMarked
package dev.pointsman.api.request;

import org.jspecify.annotations.NullMarked;
