// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel;

import dev.pointsman.accel.internal.text.Spelling;
import java.io.Serial;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A catalog file, or a name looked up in a catalog, is wrong. The message has two lines: where and what, then what to try. */
public final class CatalogException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String path;

    /**
     * Makes an error.
     *
     * @param file the file it is in; empty if it is in none
     * @param path where in the file, such as {@code accelerators[0].peakTflops.bf16}; empty for all of it
     * @param fact what was found and what would be right, such as {@code must be > 0, but was -1.}
     * @param hint what to try; one sentence
     */
    public CatalogException(String file, String path, String fact, String hint) {
        this(file, path, fact, hint, null);
    }

    /**
     * Makes an error with a cause.
     *
     * @param file the file it is in; empty if it is in none
     * @param path where in the file, such as {@code accelerators[0].peakTflops.bf16}; empty for all of it
     * @param fact what was found and what would be right, such as {@code must be > 0, but was -1.}
     * @param hint what to try; one sentence
     * @param cause what failed underneath, or null
     */
    public CatalogException(String file, String path, String fact, String hint, @Nullable Throwable cause) {
        super(place(file, path) + fact + "\n" + hint, cause);
        this.file = file;
        this.path = path;
    }

    /**
     * Makes the error for a name that nothing has, and suggests the one that was probably meant.
     *
     * @param file the file it is in; empty if it is in none
     * @param path where in the file; empty if nowhere
     * @param kind what was named, such as {@code accelerator}
     * @param name the name given
     * @param known the names that there are
     */
    public static CatalogException unknown(
            String file, String path, String kind, String name, Collection<String> known) {
        return new CatalogException(
                file, path, "no " + kind + " is called " + Spelling.quoted(name) + ".", Spelling.hint(name, known));
    }

    /** Returns the file that the error is in; empty if it is in none. */
    public String file() {
        return file;
    }

    /** Returns where in the file the error is; empty if it is nowhere or everywhere. */
    public String path() {
        return path;
    }

    private static String place(String file, String path) {
        if (path.isEmpty()) {
            return file.isEmpty() ? "" : file + ": ";
        }
        return file.isEmpty() ? path + ": " : file + ": " + path + ": ";
    }
}
