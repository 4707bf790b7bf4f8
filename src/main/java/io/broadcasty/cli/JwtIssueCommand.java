package io.broadcasty.cli;

import io.broadcasty.core.time.WallClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Issues a token of a user. */
@Command(
    name = "jwt:issue",
    description = {
      "Issues a token of a user and prints it.",
      "It is signed with --key, otherwise with the secret of the environment file, otherwise with"
          + " the private key that broadcasty install has written beside it. Issuer, audience and"
          + " the places of tenant and roles are those of the configuration."
    })
final class JwtIssueCommand extends BaseCommand {

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Option(
      names = "--sub",
      paramLabel = "USER",
      required = true,
      description = "The user, the claim sub.")
  @SuppressWarnings("NullAway.Init")
  private String subject;

  @Option(names = "--tenant", paramLabel = "TENANT", description = "The tenant, the claim tid.")
  private @Nullable String tenant;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "A role, such as participant, publisher or admin; may be repeated.")
  private List<String> roles = List.of();

  @Option(
      names = "--claim",
      paramLabel = "NAME=VALUE",
      description = "Another claim, as JSON or as text; may be repeated.")
  private Map<String, String> claims = Map.of();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      defaultValue = "15m",
      converter = DurationConverter.class,
      description = "How long the token is valid, such as 15m or 1h. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private Duration life;

  @Option(names = "--key", paramLabel = "FILE", description = "The private key in PEM.")
  private @Nullable Path key;

  @Override
  ExitCode run(Output output) {
    TokenIssuer issuer = new TokenIssuer(installation, WallClock.system());
    Map<String, Object> others = new LinkedHashMap<>();
    claims.forEach((name, text) -> others.put(name, value(text)));
    output.text(
        "token", issuer.issue(issuer.requireKey(key), subject, tenant, roles, life, others));
    return ExitCode.DONE;
  }

  /** Returns JSON as what it is, and any other text as itself. */
  static Object value(String text) {
    try {
      return Json.parse(text);
    } catch (IllegalArgumentException notJson) {
      return text;
    }
  }
}
