package io.broadcasty.cli;

import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.ConfigKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server is administered, and by whom. */
final class ServerOptions {

  /** The variable with a token; its prefix is not that of the server's own settings. */
  static final String TOKEN_VARIABLE = "BCY_TOKEN";

  private static final Duration LIFE = Duration.ofMinutes(5);

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The address of the server. Default: broadcasty.public-url of the configuration, which is"
              + " http://localhost:8080 unless it is set.")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token of an administrator or operator. Default: the variable "
              + TOKEN_VARIABLE
              + "; otherwise a token of the operator, if there is a key to sign it with.")
  private @Nullable Path tokenFile;

  AdminApi open() {
    String address = url == null ? installation.value(ConfigKeys.PUBLIC_URL).orElse("") : url;
    URI base;
    try {
      base = URI.create(address.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw wrongUrl(address);
    }
    if (base.getHost() == null || !String.valueOf(base.getScheme()).matches("https?")) {
      throw wrongUrl(address);
    }
    return new AdminApi(base, token());
  }

  private static CommandException wrongUrl(String address) {
    return new CommandException(
        ExitCode.USAGE, address + " is no URL such as http://localhost:8080 (--url)");
  }

  private String token() {
    if (tokenFile != null) {
      return Secrets.read(tokenFile);
    }
    String variable = System.getenv(TOKEN_VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return variable.strip();
    }
    TokenIssuer issuer = new TokenIssuer(installation, WallClock.system());
    SigningKey key = issuer.key(null);
    return key == null
        ? Secrets.prompt(
            "Token of an administrator",
            "there is no token; name a file with one: --token-file FILE, or set "
                + TOKEN_VARIABLE
                + "; broadcasty admin:token makes one where the key of the server is")
        : operatorToken(issuer, installation, key, LIFE);
  }

  /** Returns a token of this machine's user as an operator. */
  static String operatorToken(
      TokenIssuer issuer, Installation installation, SigningKey key, Duration life) {
    String tenant =
        installation
            .value(ConfigKeys.OPERATOR_TENANT)
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.CONFIGURATION,
                        "there are no operators; set BROADCASTY_OPERATOR_TENANT=operations, or use"
                            + " the token of an administrator: broadcasty admin:token --tenant"
                            + " TENANT"));
    String role = installation.value(ConfigKeys.OPERATOR_ROLE).orElse("operator");
    String subject = "cli:" + System.getProperty("user.name", "unknown");
    return issuer.issue(key, subject, tenant, List.of(role), life, Map.of());
  }
}
