package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what reverse proxies say about the client's request: its address, host and scheme. Only
 * trusted proxies are believed.
 */
@ThreadSafe
final class ProxyHeaders {

  private static final String FORWARDED = "Forwarded";
  private static final String FORWARDED_FOR = "X-Forwarded-For";
  private static final String FORWARDED_PROTO = "X-Forwarded-Proto";
  private static final String FORWARDED_HOST = "X-Forwarded-Host";
  private static final String FORWARDED_PORT = "X-Forwarded-Port";

  @SuppressWarnings("ThreadSafe") // never changed after the constructor
  private final ClientAddressResolver trusted;

  ProxyHeaders(ClientAddressResolver trusted) {
    this.trusted = trusted;
  }

  /**
   * Returns the client's address. A proxy writes {@code X-Forwarded-For} or {@code Forwarded}, and
   * passes on what a client wrote into the other; if they contradict each other, neither is
   * believed, and the address is that of the proxy.
   */
  String clientAddress(HttpServletRequest request) {
    String peer = request.getRemoteAddr();
    String addresses = HeaderFields.list(request, FORWARDED_FOR);
    String standard = clients(HeaderFields.list(request, FORWARDED));
    if (standard == null || addresses == null) {
      return trusted.resolve(peer, addresses == null ? standard : addresses);
    }
    String client = trusted.resolve(peer, addresses);
    return client.equals(trusted.resolve(peer, standard)) ? client : peer;
  }

  /**
   * Returns the hosts that the client's request was sent to, as {@code Host} would name them: that
   * of the request, and those that trusted proxies name.
   */
  List<String> hosts(HttpServletRequest request) {
    String own = request.getHeader("Host");
    List<String> hosts = new ArrayList<>();
    if (own != null) {
      hosts.add(own);
    }
    if (!trusted.isTrusted(request.getRemoteAddr())) {
      return hosts;
    }
    String forwarded = HeaderFields.list(request, FORWARDED);
    if (forwarded != null) {
      for (ForwardedElement element : ForwardedElement.parse(forwarded)) {
        if (element.host() != null) {
          hosts.add(element.host());
        }
      }
    }
    String port = firstOf(request, FORWARDED_PORT);
    for (String host : HeaderFields.elements(request, FORWARDED_HOST)) {
      hosts.add(host);
      if (port != null && port.matches("[0-9]{1,5}") && !host.matches(".*:[0-9]+")) {
        hosts.add(host + ":" + port);
      }
    }
    return hosts;
  }

  /** Returns whether a trusted proxy says that the client's request came over HTTPS. */
  boolean isForwardedFromHttps(HttpServletRequest request) {
    return trusted.isTrusted(request.getRemoteAddr())
        && schemes(request).stream().anyMatch(scheme -> scheme.equalsIgnoreCase("https"));
  }

  /**
   * Returns whether nobody can have read the request on its way: it came over TLS, from this
   * machine, or through proxies all of which say that it came to them over HTTPS. A proxy on this
   * machine is believed, trusted or not.
   */
  boolean isPrivate(HttpServletRequest request) {
    if (request.isSecure()) {
      return true;
    }
    String peer = request.getRemoteAddr();
    boolean local = isLoopback(peer);
    List<String> schemes = schemes(request);
    if (local && schemes.isEmpty()) {
      return HeaderFields.list(request, FORWARDED_FOR) == null
          && HeaderFields.list(request, FORWARDED) == null;
    }
    return (local || trusted.isTrusted(peer))
        && !schemes.isEmpty()
        && schemes.stream().allMatch(scheme -> scheme.equalsIgnoreCase("https"));
  }

  private static List<String> schemes(HttpServletRequest request) {
    List<String> schemes = new ArrayList<>(HeaderFields.elements(request, FORWARDED_PROTO));
    String forwarded = HeaderFields.list(request, FORWARDED);
    if (forwarded != null) {
      for (ForwardedElement element : ForwardedElement.parse(forwarded)) {
        if (element.scheme() != null) {
          schemes.add(element.scheme());
        }
      }
    }
    return schemes;
  }

  private static boolean isLoopback(String address) {
    byte[] bytes = ClientAddressResolver.bytes(address);
    try {
      return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Returns the addresses of the header in the form of {@code X-Forwarded-For}. */
  private static @Nullable String clients(@Nullable String forwarded) {
    if (forwarded == null) {
      return null;
    }
    List<String> clients = new ArrayList<>();
    for (ForwardedElement element : ForwardedElement.parse(forwarded)) {
      clients.add(element.client() == null ? "unknown" : withoutBrackets(element.client()));
    }
    return String.join(",", clients);
  }

  private static String withoutBrackets(String client) {
    return client.startsWith("[") && client.endsWith("]")
        ? client.substring(1, client.length() - 1)
        : client;
  }

  private static @Nullable String firstOf(HttpServletRequest request, String name) {
    List<String> values = HeaderFields.elements(request, name);
    return values.isEmpty() ? null : values.get(0);
  }
}
