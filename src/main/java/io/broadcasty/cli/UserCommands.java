package io.broadcasty.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about users: what is kept of them, and who is shut out. */
final class UserCommands {

  private static final String TENANT = "Another tenant than that of the token, for operators.";
  private static final String USER = "The user, the claim sub of its tokens.";
  private static final String CHANNEL =
      "A channel, or a pattern, on which all publications are the user's; may be repeated.";
  private static final Duration BETWEEN = Duration.ofMillis(500);

  private UserCommands() {}

  /** Begins a job, and waits for its end. */
  private static Map<String, Object> job(
      AdminApi api,
      Output output,
      String user,
      String kind,
      @Nullable String tenant,
      List<String> channels) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (tenant != null) {
      body.put("tenant", tenant);
    }
    if (!channels.isEmpty()) {
      body.put("channels", channels);
    }
    Map<String, Object> job = api.post("users/" + AdminApi.encode(user) + "/" + kind, body);
    String path = "privacy/" + AdminApi.encode(String.valueOf(job.get("id")));
    while (!List.of("done", "failed").contains(String.valueOf(job.get("state")))) {
      output.progress(
          kind + ": " + job.getOrDefault("area", "waiting") + " " + job.getOrDefault("report", ""));
      LockSupport.parkNanos(BETWEEN.toNanos());
      job = api.get(path);
    }
    output.progress("");
    if ("failed".equals(job.get("state"))) {
      throw new CommandException(
          ExitCode.FAILED, "the job has failed: " + job.getOrDefault("problem", ""), job, null);
    }
    return job;
  }

  @Command(
      name = "user:export",
      description = "Collects what is kept of a user, and writes it as lines of JSON.")
  static final class ExportUser extends AdminCommand {
    @Parameters(index = "0", paramLabel = "USER", description = USER)
    @SuppressWarnings("NullAway.Init")
    private String user;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        required = true,
        description = "The file to write, with mode 0600.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--channel", paramLabel = "CHANNEL", description = CHANNEL)
    private List<String> channels = List.of();

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> job = job(api, output, user, "export", tenant, channels);
      save(api.download("privacy/" + job.get("id") + "/export"), file);
      Map<String, Object> result = new LinkedHashMap<>(job);
      result.put("file", file.toString());
      output.object(result);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "user:erase",
      description = {
        "Erases what is kept of a user, and waits until it is done.",
        "Revoke the user first, so that nothing new appears."
      })
  static final class EraseUser extends AdminCommand {
    @Parameters(index = "0", paramLabel = "USER", description = USER)
    @SuppressWarnings("NullAway.Init")
    private String user;

    @Option(names = "--channel", paramLabel = "CHANNEL", description = CHANNEL)
    private List<String> channels = List.of();

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(names = "--yes", description = "Confirm it.")
    private boolean yes;

    @Override
    ExitCode run(AdminApi api, Output output) {
      confirm(yes, "This erases what is kept of " + user + ", for good.");
      output.object(job(api, output, user, "erase", tenant, channels));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "revoke",
      description = {
        "Shuts out a user, one token, an API key or a whole tenant: tokens that were issued until"
            + " now are refused on all nodes, and their streams end."
      })
  static final class Revoke extends AdminCommand {
    @Option(names = "--user", paramLabel = "USER", description = USER)
    private @Nullable String user;

    @Option(names = "--token-id", paramLabel = "ID", description = "The claim jti of one token.")
    private @Nullable String tokenId;

    @Option(names = "--key", paramLabel = "KEY", description = "The id of an API key.")
    private @Nullable String key;

    @Option(
        names = "--whole-tenant",
        description = "All tokens of the tenant, which --tenant names.")
    private boolean wholeTenant;

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> body = new LinkedHashMap<>();
      put(body, "user", user);
      put(body, "tokenId", tokenId);
      put(body, "key", key);
      if (body.size() + (wholeTenant ? 1 : 0) != 1) {
        throw usage("Name one of --user, --token-id, --key and --whole-tenant.");
      }
      if (wholeTenant && tenant == null) {
        throw usage("Name the tenant too: --whole-tenant --tenant TENANT.");
      }
      put(body, "tenant", tenant);
      Map<String, Object> revocation = api.post("revocations", body);
      output.object(revocation.isEmpty() ? Map.of("revoked", String.valueOf(key)) : revocation);
      return ExitCode.DONE;
    }

    private static void put(Map<String, Object> body, String name, @Nullable String value) {
      if (value != null) {
        body.put(name, value);
      }
    }
  }
}
