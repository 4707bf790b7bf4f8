package io.broadcasty.cli;

import io.broadcasty.core.time.WallClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Issues a token for administration. */
@Command(
    name = "admin:token",
    description =
        "Issues a token of an operator or, with --tenant, of an administrator of that tenant, and"
            + " prints it. It is signed as jwt:issue signs.")
final class AdminTokenCommand extends BaseCommand {

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Option(
      names = "--tenant",
      paramLabel = "TENANT",
      description = "The tenant that may be administered. Default: all, by the operator.")
  private @Nullable String tenant;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      defaultValue = "15m",
      converter = DurationConverter.class,
      description = "How long the token is valid. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private Duration life;

  @Option(names = "--key", paramLabel = "FILE", description = "The private key in PEM.")
  private @Nullable Path key;

  @Override
  ExitCode run(Output output) {
    TokenIssuer issuer = new TokenIssuer(installation, WallClock.system());
    SigningKey signing = issuer.requireKey(key);
    output.text(
        "token",
        tenant == null
            ? ServerOptions.operatorToken(issuer, installation, signing, life)
            : issuer.issue(
                signing,
                "cli:" + System.getProperty("user.name", "unknown"),
                tenant,
                List.of("admin"),
                life,
                Map.of()));
    return ExitCode.DONE;
  }
}
