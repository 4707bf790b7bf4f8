package io.broadcasty.transport.edge;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose request it is when proxies stand in front: from the right of {@code X-Forwarded-For},
 * the first address that is not a trusted proxy's. Without trusted proxies the header is not looked
 * at. Safe for use by several threads.
 */
public final class ClientAddress {

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

  private final List<Network> trusted = new ArrayList<>();

  /**
   * @param trustedProxies addresses or networks ({@code 10.0.0.0/8})
   * @throws IllegalArgumentException when one is neither
   */
  public ClientAddress(List<String> trustedProxies) {
    for (String network : trustedProxies) {
      int slash = network.indexOf('/');
      byte[] address = bytes(slash < 0 ? network : network.substring(0, slash));
      if (address == null) {
        throw new IllegalArgumentException("not an IP address or network: " + network);
      }
      int bits = slash < 0 ? address.length * 8 : Integer.parseInt(network.substring(slash + 1));
      if (bits < 0 || bits > address.length * 8) {
        throw new IllegalArgumentException("not a network: " + network);
      }
      trusted.add(new Network(address, bits));
    }
  }

  /**
   * @param peer the address at the other end of the connection
   * @param forwardedFor the header, if any
   */
  public String of(String peer, @Nullable String forwardedFor) {
    if (trusted.isEmpty() || forwardedFor == null || !isTrusted(peer)) {
      return peer;
    }
    String[] hops = forwardedFor.split(",", -1);
    String client = peer;
    for (int i = hops.length - 1; i >= 0; i--) {
      String hop = hops[i].strip();
      if (bytes(hop) == null) {
        return client; // not an address: whoever wrote it is not to be believed further
      }
      client = hop;
      if (!isTrusted(hop)) {
        return client;
      }
    }
    return client;
  }

  private boolean isTrusted(String address) {
    byte[] bytes = bytes(address);
    return bytes != null && trusted.stream().anyMatch(network -> network.contains(bytes));
  }

  /** Reads a literal address; never asks a name server. */
  private static byte @Nullable [] bytes(String literal) {
    boolean numeric = literal.indexOf(':') >= 0 || literal.matches("[0-9]+(\\.[0-9]+){3}");
    if (!numeric || !literal.matches("[0-9A-Fa-f:.]+")) {
      return null;
    }
    try {
      return InetAddress.getByName(literal).getAddress();
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
