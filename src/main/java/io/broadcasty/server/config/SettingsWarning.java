package io.broadcasty.server.config;

import io.broadcasty.core.auth.jwt.IntrospectionSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.config.ConfigKey;
import java.util.ArrayList;
import java.util.List;

/**
 * A setting that is allowed and makes the node less secure than it could be. It is logged at the
 * start, and readiness names its key to operators.
 *
 * @param key the configuration key that would change it
 * @param text what it means, and what to set instead
 */
public record SettingsWarning(String key, String text) {

  /** Returns the warnings about these settings. */
  public static List<SettingsWarning> of(Settings settings) {
    List<SettingsWarning> warnings = new ArrayList<>();
    if (!settings.limitsEnabled()) {
      warnings.add(
          warning(
              ConfigKeys.LIMITS_ENABLED,
              "RATE LIMITS ARE OFF (%s=false): anybody with a token may publish as fast as they"
                  + " can"));
    }
    if (settings.edge().allowedOrigins().contains("*")) {
      warnings.add(
          warning(
              ConfigKeys.ALLOWED_ORIGINS,
              "WEB PAGES OF ANY ORIGIN may call this server (%s=*); name your origins in"
                  + " production"));
    }
    if (settings.jwt().hasKeys()) { // otherwise the development key, which signs no other tokens
      addTokenWarnings(settings, warnings);
    }
    settings.issuers().forEach(issuer -> addWarnings(issuer, warnings));
    return List.copyOf(warnings);
  }

  private static void addTokenWarnings(Settings settings, List<SettingsWarning> warnings) {
    String location = settings.jwt().location();
    if (settings.jwt().publicKeys() == null
        && location != null
        && KeyLocation.isUnprotected(location)) {
      warnings.add(
          warning(
              ConfigKeys.JWT_JWKS_HTTP,
              "KEYS COME OVER PLAIN HTTP (%s=true): whoever is on their way can forge tokens"));
    }
    if (settings.jwt().issuer() == null) {
      warnings.add(
          warning(
              ConfigKeys.JWT_ISSUER,
              "TOKENS OF ANY ISSUER are accepted if their key is known (%s is not set); name your"
                  + " issuer, the claim `iss` of your tokens, in production"));
    }
    if (settings.jwt().audiences().isEmpty()) {
      warnings.add(
          warning(
              ConfigKeys.JWT_AUDIENCES,
              "TOKENS FOR ANY AUDIENCE are accepted (%s is not set): those that your issuer signs"
                  + " for other applications open this server too; name an audience of its own,"
                  + " the claim `aud`, in production"));
    }
  }

  private static void addWarnings(IssuerSettings issuer, List<SettingsWarning> warnings) {
    JwtSettings tokens = issuer.tokens();
    String address = tokens.location() == null ? tokens.discovery() : tokens.location();
    if (address != null && KeyLocation.isUnprotected(address)) {
      warnings.add(
          warning(
              IssuerConfigKeys.HTTP.ofId(issuer.name()),
              "KEYS COME OVER PLAIN HTTP (%s=true): whoever is on their way can forge tokens"));
    }
    IntrospectionSettings asking = issuer.introspection();
    if (asking != null && KeyLocation.isUnprotected(asking.endpoint().toString())) {
      warnings.add(
          warning(
              IssuerConfigKeys.INTROSPECTION_ENDPOINT.ofId(issuer.name()),
              "TOKENS ARE SENT OVER PLAIN HTTP to their issuer (%s): whoever is on their way can"
                  + " use them"));
    }
    if (tokens.audiences().isEmpty()) {
      warnings.add(
          warning(
              IssuerConfigKeys.AUDIENCES.ofId(issuer.name()),
              "TOKENS FOR ANY AUDIENCE are accepted (%s is not set): those that this issuer signs"
                  + " for other applications open this server too"));
    }
  }

  private static SettingsWarning warning(ConfigKey<?> key, String text) {
    return new SettingsWarning(key.name(), text.formatted(key.name()));
  }
}
