package io.broadcasty.transport.edge;

import java.util.Arrays;

/**
 * Returns the network that an address is limited by, in one spelling. A client with IPv6 chooses
 * among the addresses of its network, which usually is a /64 (RFC 6177), so all of these count as
 * one.
 */
final class ClientNetwork {

  /** The prefix of addresses that stand for an IPv4 address (RFC 6052, section 2.1). */
  private static final byte[] TRANSLATED = {
    0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final int GROUP_BITS = 16;
  private static final int GROUPS = 8;

  private ClientNetwork() {}

  /**
   * Returns the network of an address: an IPv4 address itself, of an IPv6 address its prefix, such
   * as {@code 2001:db8:0:1::/64}. An IPv6 address that contains an IPv4 address is limited as the
   * latter.
   *
   * @param address in any spelling; what is no address is returned unchanged
   * @param prefixBits the length of the prefix of IPv6 addresses
   */
  static String of(String address, int prefixBits) {
    int zone = address.indexOf('%');
    byte[] bytes = ClientAddressResolver.bytes(zone < 0 ? address : address.substring(0, zone));
    if (bytes == null) {
      return address;
    }
    if (bytes.length == 4) { // also how the JDK reads ::ffff:192.0.2.1
      return ipv4(bytes, 0);
    }
    if (Arrays.equals(bytes, 0, TRANSLATED.length, TRANSLATED, 0, TRANSLATED.length)) {
      return ipv4(bytes, TRANSLATED.length);
    }
    return prefix(bytes, prefixBits);
  }

  private static String prefix(byte[] bytes, int bits) {
    StringBuilder text = new StringBuilder();
    for (int group = 0; group * GROUP_BITS < bits; group++) {
      int used = Math.min(GROUP_BITS, bits - group * GROUP_BITS);
      int mask = (0xffff << (GROUP_BITS - used)) & 0xffff;
      text.append(group == 0 ? "" : ":").append(Integer.toHexString(group(bytes, group) & mask));
    }
    return text.append(bits > (GROUPS - 1) * GROUP_BITS ? "/" : "::/").append(bits).toString();
  }

  private static String ipv4(byte[] bytes, int from) {
    return (bytes[from] & 0xff)
        + "."
        + (bytes[from + 1] & 0xff)
        + "."
        + (bytes[from + 2] & 0xff)
        + "."
        + (bytes[from + 3] & 0xff);
  }

  private static int group(byte[] bytes, int number) {
    return (bytes[2 * number] & 0xff) << 8 | (bytes[2 * number + 1] & 0xff);
  }
}
