// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.assembly;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Parts that were declared do not fit together. It says which part, so that a configuration can say on which line. */
public final class DeclarationException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Part part;
    private final String name;

    /** What a declaration is of. */
    public enum Part {
        /** A plugin. */
        PLUGIN,
        /** A profile. */
        PROFILE,
        /** All profiles together. */
        PROFILES
    }

    private DeclarationException(Part part, String name, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.part = part;
        this.name = name;
    }

    static DeclarationException plugin(String name, String message) {
        return new DeclarationException(Part.PLUGIN, name, message, null);
    }

    static DeclarationException plugin(String name, IllegalArgumentException said) {
        return new DeclarationException(Part.PLUGIN, name, String.valueOf(said.getMessage()), said);
    }

    static DeclarationException profile(String name, String message) {
        return new DeclarationException(Part.PROFILE, name, message, null);
    }

    static DeclarationException profiles(String message) {
        return new DeclarationException(Part.PROFILES, "", message, null);
    }

    /** Returns what kind of part it is about. */
    public Part part() {
        return part;
    }

    /** Returns the part's name; empty if it is about all profiles. */
    public String name() {
        return name;
    }
}
