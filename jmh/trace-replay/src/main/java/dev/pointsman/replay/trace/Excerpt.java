// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.trace;

/** Shows foreign text in an error message: quoted, short, and free of control characters. */
final class Excerpt {
    private static final int LONGEST = 40;

    private Excerpt() {}

    static String of(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return shown.append(text.length() > LONGEST ? "..." : "").append('"').toString();
    }
}
