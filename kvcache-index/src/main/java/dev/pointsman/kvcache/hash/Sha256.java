// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.hash;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The JDK's SHA-256, which every JDK has. */
final class Sha256 {
    private Sha256() {}

    static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(
                    "this JDK has no SHA-256, which the Java platform requires.\nMaybe its security providers were cut down.",
                    impossible);
        }
    }
}
