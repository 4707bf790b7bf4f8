package io.broadcasty.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands about the audit log. */
final class AuditCommands {

  private static final String TENANT =
      "The tenant. Default: that of the token; the empty text is the service as a whole.";

  private AuditCommands() {}

  @Command(
      name = "audit:verify",
      description = {
        "Verifies that nobody has changed, removed or inserted an entry of the audit log.",
        "The exit code is 3 when somebody has. Keep the head that it prints elsewhere, and give it"
            + " to --expect the next time: a log that was replaced as a whole is found out so."
      })
  static final class VerifyAudit extends AdminCommand {
    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(
        names = "--expect",
        paramLabel = "HEAD",
        description = "A head of an earlier run, which the log must contain.")
    private @Nullable String head;

    @Override
    ExitCode run(AdminApi api, Output output) {
      long entries = 0;
      long erased = 0;
      Object after = null;
      while (true) {
        Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("after", after);
        parameters.put("expect", head);
        Map<String, Object> report = api.get("audit/verify" + AdminApi.query(parameters));
        entries += number(report.get("entries"));
        erased += number(report.get("erased"));
        output.progress(entries + " entries");
        boolean broken = Boolean.FALSE.equals(report.get("intact"));
        boolean complete = !Boolean.FALSE.equals(report.get("complete"));
        if (broken || complete || report.get("verified") == null) {
          output.progress("");
          Map<String, Object> result = new LinkedHashMap<>();
          result.put("intact", !broken);
          if (report.get("fault") instanceof Map<?, ?> fault) {
            result.put("fault", fault);
          }
          result.put("entries", entries);
          result.put("erased", erased);
          result.put("head", report.getOrDefault("verified", ""));
          output.object(result);
          return broken ? ExitCode.PROBLEM : ExitCode.DONE;
        }
        after = report.get("verified");
      }
    }

    private static long number(@Nullable Object value) {
      return value instanceof Number number ? number.longValue() : 0;
    }
  }

  @Command(name = "audit:export", description = "Writes the audit log as lines of JSON, or as CSV.")
  static final class ExportAudit extends AdminCommand {
    @Option(names = "--tenant", paramLabel = "TENANT", description = TENANT)
    private @Nullable String tenant;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        defaultValue = "ndjson",
        description = "ndjson or csv. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private String format;

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Entries since this time, such as 2026-11-01T00:00:00Z.")
    private @Nullable String from;

    @Option(names = "--until", paramLabel = "TIME", description = "Entries before this time.")
    private @Nullable String until;

    @Option(names = "--action", paramLabel = "ACTION", description = "Such as 'key.*'.")
    private @Nullable String action;

    @Option(
        names = "--request",
        paramLabel = "ID",
        description = "Entries of one request, by the X-Request-Id of its answer.")
    private @Nullable String request;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "The file to write. Default: the standard output.")
    private @Nullable Path file;

    @Override
    ExitCode run(AdminApi api, Output output) {
      if (!List.of("ndjson", "csv").contains(format)) {
        throw usage(format + " is neither ndjson nor csv (--format)");
      }
      Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
      parameters.put("format", format);
      parameters.put("tenant", tenant);
      parameters.put("from", from);
      parameters.put("until", until);
      parameters.put("action", action);
      parameters.put("requestId", request);
      InputStream download = api.download("audit/export" + AdminApi.query(parameters));
      if (file != null) {
        save(download, file);
        output.object(Map.of("file", file.toString()));
        return ExitCode.DONE;
      }
      try (download) {
        String text = new String(download.readAllBytes(), StandardCharsets.UTF_8);
        output.report(
            format.equals("csv")
                ? Map.of("csv", text)
                : Map.of("entries", text.lines().map(Json::parseObject).toList()),
            () -> output.whole(text));
        return ExitCode.DONE;
      } catch (IOException e) {
        throw new CommandException(ExitCode.FAILED, "the answer has ended early: " + e, e);
      }
    }
  }
}
