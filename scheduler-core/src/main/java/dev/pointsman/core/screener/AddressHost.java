// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.screener;

import com.google.common.net.InetAddresses;
import java.util.Locale;

/** Finds the host in an address of the form {@code host}, {@code host:port}, {@code host:port:rank} or {@code [ipv6]:port}. */
final class AddressHost {
    /** More than any IPv6 address has; what is longer is a name. */
    private static final int MAX_IP_LENGTH = 64;

    private AddressHost() {}

    /** Returns the host in a form that two ways to write one IP share; empty if there is none. Never throws. */
    static String of(String address) {
        String text = address.strip();
        if (text.startsWith("[")) {
            int bracket = text.indexOf(']');
            return bracket < 0 ? text : canonical(text.substring(1, bracket));
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return text.toLowerCase(Locale.ROOT);
        }
        if (text.indexOf(':', colon + 1) >= 0 && isIp(text)) {
            return canonical(text);
        }
        return text.substring(0, colon).toLowerCase(Locale.ROOT);
    }

    private static boolean isIp(String text) {
        return text.length() <= MAX_IP_LENGTH && InetAddresses.isInetAddress(withoutZone(text));
    }

    /** An IPv4 address within an IPv6 one is that IPv4 address. A zone tells apart addresses that are only locally unique. */
    private static String canonical(String text) {
        String ip = withoutZone(text);
        return isIp(text)
                ? InetAddresses.toAddrString(InetAddresses.forString(ip)) + text.substring(ip.length())
                : text.toLowerCase(Locale.ROOT);
    }

    private static String withoutZone(String text) {
        int percent = text.indexOf('%');
        return percent < 0 ? text : text.substring(0, percent);
    }
}
