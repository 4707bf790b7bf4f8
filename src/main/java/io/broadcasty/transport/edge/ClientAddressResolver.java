package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Determines the client's address behind proxies: from the right of {@code X-Forwarded-For}, the
 * first address that is not a trusted proxy's. Without trusted proxies the header is ignored.
 */
@ThreadSafe
public final class ClientAddressResolver {

  private record Network(byte[] address, int bits) {
    boolean contains(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit & 7);
        if ((address[bit >> 3] & mask) != (other[bit >> 3] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final Pattern IPV4 =
      Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})");

  /** The first character makes the JDK parse a literal or fail, but never resolve a name. */
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:][0-9A-Fa-f:.]+");

  private static final Pattern WITH_PORT =
      Pattern.compile("([0-9.]+):[0-9]{1,5}|\\[([0-9A-Fa-f:.]+)](?::[0-9]{1,5})?");

  private final List<Network> trusted = new ArrayList<>();

  /**
   * Creates a resolver of client addresses.
   *
   * @param trustedProxies addresses or networks ({@code 10.0.0.0/8})
   * @throws IllegalArgumentException when one is neither
   */
  public ClientAddressResolver(List<String> trustedProxies) {
    for (String network : trustedProxies) {
      int slash = network.indexOf('/');
      byte[] address = bytes(slash < 0 ? network : network.substring(0, slash));
      int bits = slash < 0 ? Integer.MAX_VALUE : bits(network.substring(slash + 1));
      if (address == null || (slash >= 0 && (bits < 0 || bits > address.length * 8))) {
        throw new IllegalArgumentException("not an IP address or network: " + network);
      }
      bits = Math.min(bits, address.length * 8);
      trusted.add(new Network(address, bits));
    }
  }

  /**
   * Returns the client's address.
   *
   * @param peer the address at the other end of the connection
   * @param forwardedFor the header, if any
   */
  public String resolve(String peer, @Nullable String forwardedFor) {
    if (trusted.isEmpty() || forwardedFor == null || !isTrusted(peer)) {
      return peer;
    }
    String[] hops = forwardedFor.split(",", -1);
    String client = peer;
    for (int i = hops.length - 1; i >= 0; i--) {
      String hop = withoutPort(hops[i].strip());
      if (bytes(hop) == null) {
        return client; // not an address, so the entries left of it are not trusted either
      }
      client = hop;
      if (!isTrusted(hop)) {
        return client;
      }
    }
    return client;
  }

  /** Returns whether an address is that of a trusted proxy. */
  boolean isTrusted(String address) {
    byte[] bytes = bytes(address);
    return bytes != null && trusted.stream().anyMatch(network -> network.contains(bytes));
  }

  /**
   * Removes the port that some load balancers append: {@code 192.0.2.1:5000}, {@code
   * [2001:db8::1]:5000}.
   */
  private static String withoutPort(String hop) {
    Matcher matcher = WITH_PORT.matcher(hop);
    if (!matcher.matches()) {
      return hop;
    }
    return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
  }

  private static int bits(String text) {
    return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
  }

  /** Parses a literal address; never queries a name server, whatever a header contains. */
  static byte @Nullable [] bytes(String literal) {
    if (literal.indexOf(':') < 0 ? !isIpv4(literal) : !IPV6.matcher(literal).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /**
   * Returns whether a text is strictly an IPv4 address: the JDK also accepts {@code 127.1}, and
   * resolves {@code 999.1.1.1} as a name.
   */
  private static boolean isIpv4(String literal) {
    Matcher matcher = IPV4.matcher(literal);
    if (!matcher.matches()) {
      return false;
    }
    for (int part = 1; part <= 4; part++) {
      if (Integer.parseInt(matcher.group(part)) > 255) {
        return false;
      }
    }
    return true;
  }
}
