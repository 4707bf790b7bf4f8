package io.broadcasty.cli;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what is in a token, and whether the server would accept it. */
@Command(
    name = "jwt:decode",
    description = {
      "Shows what is in a token and, with the configuration of a server, whether that server would"
          + " accept it, or why not.",
      "The token is read from a file or from the standard input, so that it is in no list of"
          + " processes."
    })
final class JwtDecodeCommand extends BaseCommand {

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The file with the token. Default: the standard input.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(names = "--no-verify", description = "Only show it.")
  private boolean showOnly;

  @Override
  ExitCode run(Output output) {
    String token = Secrets.read(file).replaceFirst("(?i)^Bearer\\s+", "");
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      throw new CommandException(
          ExitCode.PROBLEM, "this is not a JSON Web Token: three parts in base64url, with dots");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    Map<String, Object> claims = decode(parts[1]);
    result.put("header", decode(parts[0]));
    result.put("claims", claims);
    describeExpiry(claims, result);
    Settings settings = showOnly ? null : installation.settingsIfValid();
    ExitCode code = ExitCode.DONE;
    if (settings != null && settings.jwt().hasKeys()) {
      String fault = fault(settings, token);
      result.put("accepted", fault == null);
      if (fault != null) {
        result.put("reason", fault);
        code = ExitCode.PROBLEM;
      }
    }
    output.object(result);
    return code;
  }

  private static void describeExpiry(Map<String, Object> claims, Map<String, Object> result) {
    if (claims.get("exp") instanceof Number seconds) {
      Instant end = Instant.ofEpochSecond(seconds.longValue());
      Duration left = Duration.between(WallClock.system().now(), end);
      result.put("expiresAt", end.toString());
      result.put("expiresInSeconds", left.toSeconds());
    }
  }

  /** Returns why the server would refuse the token; null when it would accept it. */
  private static @Nullable String fault(Settings settings, String token) {
    try {
      Verdict verdict =
          new JwtAuthenticator(settings.jwt(), WallClock.system()).authenticate(token);
      return verdict instanceof Authenticated
          ? null
          : verdict instanceof Refused refused ? refused.reason() : verdict.toString();
    } catch (AuthenticationUnavailableException | IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Map<String, Object> decode(String part) {
    try {
      return Json.parseObject(
          new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.PROBLEM, "this is not a JSON Web Token: a part is no JSON in base64url", e);
    }
  }
}
