package io.broadcasty.transport.edge;

import java.util.Arrays;
import java.util.Locale;

/**
 * Returns the network that an address is limited by. A client with IPv6 chooses among the addresses
 * of its network, which usually is a /64 (RFC 6177), so all of these count as one.
 */
final class ClientNetwork {

  /** The prefix of addresses that stand for an IPv4 address (RFC 6052, section 2.1). */
  private static final byte[] TRANSLATED = {
    0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private ClientNetwork() {}

  /**
   * Returns an IPv4 address unchanged, and of an IPv6 address its prefix of 64 bits, such as {@code
   * 2001:db8:0:1::/64}. An IPv6 address that contains an IPv4 address is limited as the latter.
   */
  static String of(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    int zone = address.indexOf('%');
    byte[] bytes = ClientAddressResolver.bytes(zone < 0 ? address : address.substring(0, zone));
    if (bytes == null) {
      return address;
    }
    if (bytes.length == 4) { // how the JDK reads ::ffff:192.0.2.1
      return ipv4(bytes, 0);
    }
    if (Arrays.equals(bytes, 0, TRANSLATED.length, TRANSLATED, 0, TRANSLATED.length)) {
      return ipv4(bytes, TRANSLATED.length);
    }
    return String.format(
        Locale.ROOT,
        "%x:%x:%x:%x::/64",
        group(bytes, 0),
        group(bytes, 1),
        group(bytes, 2),
        group(bytes, 3));
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
