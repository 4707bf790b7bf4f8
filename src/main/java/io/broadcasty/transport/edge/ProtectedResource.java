package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.PossessionProofs;
import io.broadcasty.wire.JsonWriter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What this server says about itself as a protected resource (RFC 9728): where it is, and which
 * issuers' tokens it takes.
 */
@ThreadSafe
public final class ProtectedResource {

  /** Where the metadata are, below the context root. */
  public static final String PATH = "/.well-known/oauth-protected-resource";

  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9.:_-]+|\\[[0-9A-Fa-f:.]+](:[0-9]+)?");

  private final @Nullable String publicUrl;

  @SuppressWarnings("ThreadSafe") // immutable
  private final List<String> issuers;

  private final boolean tokensInQuery;
  private final ProxyHeaders proxies;

  /**
   * @param publicUrl where clients reach it, without a slash at the end; null to take what each
   *     request was sent to
   * @param issuers the claims {@code iss} of the accepted tokens; those that are URLs are named
   */
  public ProtectedResource(
      @Nullable String publicUrl, List<String> issuers, EdgeSettings settings) {
    this.publicUrl = publicUrl;
    this.issuers = issuers.stream().filter(each -> each.startsWith("https://")).toList();
    this.tokensInQuery = settings.tokensInQuery();
    this.proxies = new ProxyHeaders(new ClientAddressResolver(settings.trustedProxies()));
  }

  /** Returns the URL of the metadata; null when the request does not say where it was sent to. */
  @Nullable String metadataUrl(HttpServletRequest request) {
    String base = base(request);
    return base == null ? null : base + PATH;
  }

  /**
   * Returns the metadata as JSON.
   *
   * @param path of the part that a client has asked about, such as {@code /broadcasty}; may be
   *     empty
   */
  public String document(HttpServletRequest request, String path) {
    String base = base(request);
    return JsonWriter.object(
        json -> {
          json.writeStringField("resource", (base == null ? "" : base) + path);
          if (!issuers.isEmpty()) {
            json.writeArrayFieldStart("authorization_servers");
            for (String issuer : issuers) {
              json.writeString(issuer);
            }
            json.writeEndArray();
          }
          json.writeArrayFieldStart("bearer_methods_supported");
          json.writeString("header");
          if (tokensInQuery) {
            json.writeString("query");
          }
          json.writeEndArray();
          json.writeArrayFieldStart("dpop_signing_alg_values_supported");
          for (String algorithm : PossessionProofs.ALGORITHMS) {
            json.writeString(algorithm);
          }
          json.writeEndArray();
          json.writeStringField("resource_name", "Broadcasty");
        });
  }

  /**
   * Returns the URLs, without query, that a client may have sent a request to: with a public URL
   * that one, since what a request says about its host may be made up.
   */
  List<String> urlsOf(HttpServletRequest request) {
    String path = request.getRequestURI();
    if (publicUrl != null) {
      return List.of(publicUrl + path.substring(request.getContextPath().length()));
    }
    String scheme = isTls(request) ? "https://" : "http://";
    return proxies.hosts(request).stream()
        .filter(host -> HOST.matcher(host).matches())
        .map(host -> scheme + host + path)
        .toList();
  }

  private boolean isTls(HttpServletRequest request) {
    return request.isSecure() || proxies.isForwardedFromHttps(request);
  }

  private @Nullable String base(HttpServletRequest request) {
    if (publicUrl != null) {
      return publicUrl;
    }
    List<String> hosts = proxies.hosts(request);
    String host = hosts.isEmpty() ? "" : hosts.get(hosts.size() - 1);
    if (!HOST.matcher(host).matches()) {
      return null;
    }
    return (isTls(request) ? "https://" : "http://") + host + request.getContextPath();
  }
}
