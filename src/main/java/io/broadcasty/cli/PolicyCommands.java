package io.broadcasty.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about channel policies. */
final class PolicyCommands {

  private static final String TENANT = "Another tenant than that of the token, for operators.";

  private PolicyCommands() {}

  @Command(name = "policy:list", description = "Lists the channel policies of a tenant.")
  static final class ListPolicies extends AdminCommand {
    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Override
    ExitCode run(AdminApi api, Output output) {
      output.table(
          "policies",
          api.all("policies", "policies", tenant),
          List.of("id", "tenant", "channels", "rules", "revision"));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "policy:export",
      description = "Prints the channel policies of a tenant as JSON, as policy:apply takes them.")
  static final class ExportPolicies extends AdminCommand {
    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Override
    ExitCode run(AdminApi api, Output output) {
      List<Map<String, Object>> policies = new ArrayList<>();
      for (Map<String, Object> each : api.all("policies", "policies", tenant)) {
        policies.add(content(each));
      }
      output.value(Map.of("policies", policies));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "policy:apply",
      description = {
        "Makes the stored policies of a tenant those of a file: creates what is missing, changes"
            + " what differs and, with --prune, deletes what the file does not have.",
        "The file is JSON as policy:export prints it."
      })
  static final class ApplyPolicies extends AdminCommand {
    @Parameters(
        index = "0",
        paramLabel = "FILE",
        description = "The file; - is the standard input.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(names = "--prune", description = "Delete what the file does not have.")
    private boolean prune;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Map<String, Object>> wanted = new LinkedHashMap<>();
      for (Map<String, Object> each : Json.objects(readJson(file).get("policies"))) {
        if (!each.containsKey("channels") || !each.containsKey("rules")) {
          throw usage(file + ": each of `policies` needs `channels` and `rules`");
        }
        wanted.put(String.valueOf(each.get("channels")), content(each));
      }
      if (wanted.isEmpty()) {
        throw usage(file + " has no `policies`; broadcasty policy:export prints the form");
      }
      List<Map<String, Object>> changes = new ArrayList<>();
      for (Map<String, Object> stored : api.all("policies", "policies", tenant)) {
        String channels = String.valueOf(stored.get("channels"));
        Map<String, Object> policy = wanted.remove(channels);
        String path = "policies/" + AdminApi.encode(String.valueOf(stored.get("id")));
        if (policy == null) {
          if (prune) {
            changes.add(done("deleted", channels, () -> api.delete(path)));
          }
        } else if (Objects.equals(policy.get("rules"), stored.get("rules"))) {
          changes.add(done("unchanged", channels, () -> {}));
        } else {
          Object revision = Objects.requireNonNull(stored.get("revision"), "the server's answer");
          changes.add(
              done(
                  "changed",
                  channels,
                  () -> api.patch(path, Map.of("rules", rules(policy)), revision)));
        }
      }
      wanted.forEach(
          (channels, policy) -> changes.add(done("created", channels, () -> create(api, policy))));
      output.table("policies", changes, List.of("change", "channels"));
      return ExitCode.DONE;
    }

    private void create(AdminApi api, Map<String, Object> policy) {
      Map<String, Object> body = new LinkedHashMap<>(policy);
      if (tenant != null) {
        body.put("tenant", tenant);
      }
      Map<String, Object> created = api.post("policies", body);
      assert created.containsKey("id");
    }

    private Map<String, Object> done(String change, String channels, Runnable action) {
      if (!dryRun) {
        action.run();
      }
      return Map.of("change", change, "channels", channels);
    }
  }

  @Command(
      name = "policy:test",
      description = {
        "Says whether a user may do something on a channel, and why, step by step.",
        "The exit code is 3 when it may not."
      })
  static final class TestPolicy extends AdminCommand {
    @Parameters(
        index = "0",
        paramLabel = "OPERATION",
        description = "subscribe, replay, publish, join, members or push.")
    @SuppressWarnings("NullAway.Init")
    private String operation;

    @Parameters(index = "1", paramLabel = "CHANNEL", description = "A channel or a pattern.")
    @SuppressWarnings("NullAway.Init")
    private String channel;

    @Option(names = "--sub", paramLabel = "USER", required = true, description = "The user.")
    @SuppressWarnings("NullAway.Init")
    private String subject;

    @Option(names = "--role", paramLabel = "ROLE", description = "A role; may be repeated.")
    private List<String> roles = List.of();

    @Option(
        names = "--claim",
        paramLabel = "NAME=VALUE",
        description = "A claim of the token, as JSON or as text; may be repeated.")
    private Map<String, String> claims = Map.of();

    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(
        names = "--draft",
        paramLabel = "FILE",
        description = "A policy in JSON, `channels` and `rules`, that counts as if it were stored.")
    private @Nullable Path draft;

    @Override
    ExitCode run(AdminApi api, Output output) {
      Map<String, Object> question = new LinkedHashMap<>();
      question.put("subject", subject);
      question.put("roles", roles);
      question.put("operation", operation);
      question.put("channel", channel);
      if (!claims.isEmpty()) {
        Map<String, Object> values = new LinkedHashMap<>();
        claims.forEach((name, text) -> values.put(name, JwtIssueCommand.value(text)));
        question.put("claims", values);
      }
      if (tenant != null) {
        question.put("tenant", tenant);
      }
      if (draft != null) {
        question.put("draft", content(readJson(draft)));
      }
      Map<String, Object> answer = api.post("access/explain", question);
      boolean allowed = Boolean.TRUE.equals(answer.get("allowed"));
      output.report(
          answer,
          () -> {
            output.line(allowed ? "allowed" : "denied");
            for (Map<String, Object> step : Json.objects(answer.get("steps"))) {
              output.line(
                  "%-4s %-9s %s"
                      .formatted(
                          Boolean.TRUE.equals(step.get("passed")) ? "yes" : "no",
                          step.get("check"),
                          step.get("detail")));
            }
          });
      return allowed ? ExitCode.DONE : ExitCode.PROBLEM;
    }
  }

  /** Returns what of a policy its author has written. */
  private static Map<String, Object> content(Map<String, Object> policy) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("channels", policy.getOrDefault("channels", ""));
    content.put("rules", rules(policy));
    return content;
  }

  private static Object rules(Map<String, Object> policy) {
    return policy.getOrDefault("rules", List.of());
  }
}
