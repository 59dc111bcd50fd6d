// SPDX-License-Identifier: Apache-2.0

/**
 * What is remembered while an engine's numbered batches are followed and its replays waited for: numbers, fingerprints,
 * times and batches that wait, each kind with the one question that it answers. Only {@code
 * dev.pointsman.kvcache.feed.SequenceTracker} and its parts come in, with what they heard and when; answers leave, and
 * nothing here does anything about them.
 */
@NullMarked
package dev.pointsman.kvcache.internal.recovery;

import org.jspecify.annotations.NullMarked;
