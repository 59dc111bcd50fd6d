// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.feed;

/**
 * Where a data-parallel rank publishes: engines are given one address and each rank moves it by its number, the address
 * for replays too.
 */
public final class RankAddress {
    private static final int MAX_PORT = 65_535;

    private RankAddress() {}

    /**
     * Returns a rank's address: the port plus the rank, or for {@code inproc://} the name with {@code _dp} and the rank.
     *
     * @param address the address that the engine is configured with, such as {@code tcp://10.0.0.5:5557}
     * @param rank the rank, at least 0; rank 0 has the address as it is
     * @throws IllegalArgumentException if the rank is negative, or the address has no port to which it can be added
     */
    public static String of(String address, int rank) {
        if (rank < 0) {
            throw new IllegalArgumentException(
                    "rank: must be at least 0, but was " + rank + ".\nMaybe the engine has no ranks; that is rank 0.");
        }
        if (rank == 0) {
            return address;
        }
        if (address.startsWith("inproc://")) {
            return address + "_dp" + rank;
        }
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        boolean isPort = address.startsWith("tcp://")
                && colon > "tcp:/".length()
                && !port.isEmpty()
                && port.length() <= 5
                && port.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        if (!isPort || Integer.parseInt(port) + (long) rank > MAX_PORT) {
            throw new IllegalArgumentException("address: must have a port to which the rank " + rank
                    + " can be added, but was " + address + ".\nMaybe write it as tcp://host:port.");
        }
        return address.substring(0, colon + 1) + (Integer.parseInt(port) + rank);
    }
}
