package io.broadcasty.cli;

import io.broadcasty.core.time.WallClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about API keys. */
final class KeyCommands {

  private static final List<String> COLUMNS =
      List.of("id", "tenant", "name", "state", "scopes", "expiresAt", "lastUsedAt");

  private static final String ID = "The id of the key.";
  private static final String TENANT = "Another tenant than that of the token, for operators.";
  private static final String SECRET_FILE =
      "Write the secret into this file, with mode 0600, instead of printing it.";

  private KeyCommands() {}

  private static String path(String id) {
    return "keys/" + AdminApi.encode(id);
  }

  /** Prints a key with its secret, which is shown this once. */
  private static void printIssued(
      Map<String, Object> key, @Nullable Path secretFile, Output output) {
    if (secretFile == null) {
      output.object(key);
      output.note("The secret is shown this once.");
      return;
    }
    Map<String, Object> shown = new LinkedHashMap<>(key);
    Secrets.write(secretFile, String.valueOf(shown.remove("secret")), true);
    shown.put("secretFile", secretFile.toString());
    output.object(shown);
  }

  @Command(name = "key:list", description = "Lists the API keys of a tenant.")
  static final class ListKeys extends AdminCommand {
    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Override
    ExitCode run(AdminApi api, Output output) {
      output.table("keys", api.all("keys", "keys", tenant), COLUMNS);
      return ExitCode.DONE;
    }
  }

  @Command(name = "key:create", description = "Creates an API key, and shows its secret once.")
  static final class CreateKey extends AdminCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "Its name for people.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
        names = "--scope",
        paramLabel = "CHANNELS=OPERATIONS",
        required = true,
        description =
            "What it may do: channels or a pattern, and publish, subscribe or presence, joined by"
                + " commas, such as 'orders.*=publish,subscribe'; may be repeated.")
    private List<String> scopes = List.of();

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "How long it is valid, such as 90d. Default: until it is revoked.")
    private @Nullable Duration life;

    @Option(names = "--secret-file", paramLabel = "FILE", description = SECRET_FILE)
    private @Nullable Path secretFile;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name);
      body.put("scopes", scopes.stream().map(this::scope).toList());
      if (tenant != null) {
        body.put("tenant", tenant);
      }
      if (life != null) {
        body.put("expiresAt", WallClock.system().now().plus(life).toString());
      }
      printIssued(api.post("keys", body), secretFile, output);
      return ExitCode.DONE;
    }

    private Map<String, Object> scope(String text) {
      int equals = text.lastIndexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw usage(text + " is not of the form CHANNELS=OPERATIONS, such as orders.*=publish");
      }
      Map<String, Object> scope = new LinkedHashMap<>();
      scope.put("channels", text.substring(0, equals));
      scope.put("operations", List.of(text.substring(equals + 1).split(",", -1)));
      return scope;
    }
  }

  @Command(
      name = "key:rotate",
      description = {
        "Gives an API key a new secret, and shows it once. The former secret stays valid for a"
            + " while, so that clients can change to the new one."
      })
  static final class RotateKey extends AdminCommand {
    @Parameters(index = "0", paramLabel = "KEY", description = ID)
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Option(
        names = "--overlap",
        paramLabel = "TIME",
        defaultValue = "1d",
        converter = DurationConverter.class,
        description = "How long the former secret stays valid. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration overlap;

    @Option(
        names = "--replace",
        description = "Replace the newer secret of a rotation that is not over.")
    private boolean replace;

    @Option(names = "--secret-file", paramLabel = "FILE", description = SECRET_FILE)
    private @Nullable Path secretFile;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> body = Map.of("overlapSeconds", overlap.toSeconds(), "replace", replace);
      printIssued(api.post(path(id) + "/rotate", body), secretFile, output);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "key:revoke",
      description = "Revokes an API key at once, on all nodes, and ends its streams.")
  static final class RevokeKey extends AdminCommand {
    @Parameters(index = "0", paramLabel = "KEY", description = ID)
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Override
    ExitCode run(AdminApi api, Output output) {
      api.delete(path(id));
      output.object(Map.of("revoked", id));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "key:rotate-master",
      description = {
        "Encrypts the secrets of all API keys with the first of the server's master keys.",
        "Before: put a new key in front of BROADCASTY_MASTER_KEY, with a comma, on all nodes, and"
            + " restart them. After: remove the former one. It can be repeated."
      })
  static final class RotateMaster extends AdminCommand {
    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> result = api.post("keys/rotate-master", Map.of());
      output.object(result);
      if (result.get("failed") instanceof Number failed && failed.longValue() > 0) {
        output.note(
            "Some secrets cannot be decrypted; broadcasty doctor names the master key that they"
                + " need.");
        return ExitCode.PROBLEM;
      }
      return ExitCode.DONE;
    }
  }
}
