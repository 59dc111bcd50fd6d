// SPDX-License-Identifier: Apache-2.0

/**
 * Splitting one request into encode, prefill and decode by predicted time and cost: the profile handler that chooses all legs
 * together, the search behind it, and what it says about its choice. The candidates that profiles left, predicted times and loads
 * come in. Legs, the headers that tell model servers of each other, and a {@link dev.pointsman.core.disagg.JointPlan plan} that
 * says what would have to change for the answer to flip leave.
 */
@NullMarked
package dev.pointsman.core.disagg;

import org.jspecify.annotations.NullMarked;
