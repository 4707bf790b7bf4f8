package io.broadcasty.cli.doctor;

import io.broadcasty.server.config.Settings;
import io.broadcasty.transport.edge.ClientAddressResolver;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.OriginPolicy;
import java.util.ArrayList;
import java.util.List;

/** Checks which web pages may call the server, and whose headers it trusts. */
final class EdgeChecks {

  /** An address of documentation (RFC 5737), which stands for a client behind a proxy. */
  private static final String CLIENT = "192.0.2.1";

  private final EdgeSettings edge;
  private final String publicUrl;
  private final Doctor.Subject subject;

  EdgeChecks(Settings settings, Doctor.Subject subject) {
    this.edge = settings.edge();
    this.publicUrl = settings.publicUrl();
    this.subject = subject;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(origin());
    findings.add(proxy());
    return findings;
  }

  private Finding origin() {
    String origin = subject.origin();
    String mend = "add the origin to BROADCASTY_ALLOWED_ORIGINS, such as https://app.example.com";
    if (origin != null) {
      return new OriginPolicy(edge.allowedOrigins()).allows(origin, null)
          ? Finding.ok("origins", origin + " is allowed")
          : Finding.error(
              "origins",
              "pages of " + origin + " get 403, since the origin is not allowed",
              "add it: BROADCASTY_ALLOWED_ORIGINS="
                  + String.join(",", edge.allowedOrigins())
                  + (edge.allowedOrigins().isEmpty() ? "" : ",")
                  + origin);
    }
    return edge.allowedOrigins().isEmpty()
        ? Finding.warning("origins", "only pages of the server itself may call it", mend)
        : Finding.ok("origins", String.join(", ", edge.allowedOrigins()));
  }

  private Finding proxy() {
    String proxy = subject.proxy();
    List<String> trusted = edge.trustedProxies();
    if (proxy != null) {
      return new ClientAddressResolver(trusted).resolve(proxy, CLIENT).equals(CLIENT)
          ? Finding.ok("proxies", proxy + " is trusted")
          : Finding.error(
              "proxies",
              "the proxy "
                  + proxy
                  + " is not trusted, so all its clients have one address and share one limit",
              "add it: BROADCASTY_TRUSTED_PROXIES="
                  + String.join(",", trusted)
                  + (trusted.isEmpty() ? "" : ",")
                  + proxy);
    }
    if (!trusted.isEmpty()) {
      return Finding.ok("proxies", String.join(", ", trusted));
    }
    String mend = "set BROADCASTY_TRUSTED_PROXIES to the address of the proxy, if there is one";
    if (edge.tlsRequired()) {
      return Finding.warning(
          "proxies",
          "TLS is required and no proxy is trusted, so only TLS of the server itself counts",
          mend);
    }
    return publicUrl.startsWith("https:")
        ? Finding.warning(
            "proxies",
            "the public URL is https and no proxy is trusted: all clients of one share one limit",
            mend)
        : Finding.ok("proxies", "none is trusted");
  }
}
