// SPDX-License-Identifier: Apache-2.0

/**
 * The command line {@code pointsman-replay}. Arguments and files come in. Tables, JSON and reports leave on standard output,
 * and one line on standard error for anything that is wrong. Not an API: only the commands, their options and the JSON that
 * the module's README documents are promised.
 */
@NullMarked
package dev.pointsman.replay.cli;

import org.jspecify.annotations.NullMarked;
