// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.config;

/** Whose reading of a plugin's type name holds where llm-d's behaviour has a flaw. */
public enum Semantics {
    /** As llm-d does it, flaws included, so that a configuration that moves here decides as before. */
    LLM_D,

    /** As this project thinks it right; each plugin's documentation lists what differs. Schedulers built in code use it. */
    CORRECTED
}
