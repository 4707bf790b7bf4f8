package io.broadcasty.core.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Tells public Internet addresses from special-purpose ones, by the registries of special-purpose
 * addresses (RFC 6890; IANA).
 */
public final class PublicAddresses {

  private static final List<Network> SPECIAL =
      List.of(
          new Network("0.0.0.0", 8), // this host
          new Network("10.0.0.0", 8), // private
          new Network("100.64.0.0", 10), // behind a provider's NAT; metadata of some clouds
          new Network("127.0.0.0", 8), // loopback
          new Network("169.254.0.0", 16), // link-local; metadata of most clouds
          new Network("172.16.0.0", 12), // private
          new Network("192.0.0.0", 24), // protocols
          new Network("192.0.2.0", 24), // documentation
          new Network("192.88.99.0", 24), // 6to4 relays
          new Network("192.168.0.0", 16), // private
          new Network("198.18.0.0", 15), // benchmarks
          new Network("198.51.100.0", 24), // documentation
          new Network("203.0.113.0", 24), // documentation
          new Network("224.0.0.0", 4), // multicast
          new Network("240.0.0.0", 4), // reserved, broadcast
          new Network("2001::", 23), // protocols, Teredo among them
          new Network("2001:db8::", 32), // documentation
          new Network("2002::", 16), // 6to4: an IPv4 address in disguise
          new Network("3fff::", 20)); // documentation

  /**
   * The global unicast addresses of IPv6; private, link-local, multicast and mapped ones are
   * outside.
   */
  private static final Network GLOBAL_UNICAST = new Network("2000::", 3);

  /** The well-known prefix of NAT64 (RFC 6052), followed by an IPv4 address. */
  private static final Network NAT64 = new Network("64:ff9b::", 96);

  private static final int NAT64_BYTES = 12;

  private PublicAddresses() {}

  /**
   * Returns whether an address is public, so that a request of a client's choice may go there. An
   * IPv6 address of NAT64 is judged by the IPv4 address in it.
   */
  public static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (NAT64.contains(bytes)) {
      return isPublic(new byte[] {bytes[NAT64_BYTES], bytes[13], bytes[14], bytes[15]});
    }
    return isPublic(bytes) && (address instanceof Inet4Address || GLOBAL_UNICAST.contains(bytes));
  }

  private static boolean isPublic(byte[] bytes) {
    return SPECIAL.stream().noneMatch(network -> network.contains(bytes));
  }

  private record Network(byte[] prefix, int bits) {

    /** Creates a network from a literal, which is parsed without a DNS query. */
    Network(String literal, int bits) {
      this(bytes(literal), bits);
    }

    private static byte[] bytes(String literal) {
      try {
        return InetAddress.getByName(literal).getAddress();
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(literal, e);
      }
    }

    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit & 7);
        if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
