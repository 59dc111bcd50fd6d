// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.api.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads amounts of memory as configurations have them, {@code 2GiB}: Kubernetes' quantities ({@code 500M}, {@code 1Gi}, {@code
 * 1e9}), with or without a B at the end. A lower-case m alone, which is a thousandth there, is none.
 */
final class SizeText {
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,30}(?:\\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?)\\s*([kKMmGgTtPpE]?)(i?)([bB]?)");
    private static final String PREFIXES = "kmgtpe";

    private SizeText() {}

    /** Returns the bytes, cut to a whole number, or null if it is not such text; it may be beyond {@code long}. */
    static @Nullable BigInteger bytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return null;
        }
        boolean thousandth = size.group(2).equals("m")
                && size.group(3).isEmpty()
                && size.group(4).isEmpty();
        if (thousandth) {
            return null;
        }
        String prefix = size.group(2).toLowerCase(Locale.ROOT);
        boolean binary = !size.group(3).isEmpty();
        if (prefix.isEmpty() && binary) {
            return null;
        }
        int power = prefix.isEmpty() ? 0 : PREFIXES.indexOf(prefix) + 1;
        BigInteger unit = BigInteger.valueOf(binary ? 1024 : 1000).pow(power);
        return new BigDecimal(size.group(1))
                .multiply(new BigDecimal(unit))
                .setScale(0, RoundingMode.DOWN)
                .unscaledValue();
    }
}
