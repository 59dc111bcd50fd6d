// SPDX-License-Identifier: Apache-2.0

/**
 * What commands print about one trace or one replay: text for people and JSON for scripts. A result comes in. Lines leave;
 * the names of the JSON's fields are promised by the module's README.
 */
@NullMarked
package dev.pointsman.replay.cli.output;

import org.jspecify.annotations.NullMarked;
