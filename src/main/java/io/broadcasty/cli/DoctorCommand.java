package io.broadcasty.cli;

import io.broadcasty.cli.doctor.Doctor;
import io.broadcasty.cli.doctor.Finding;
import io.broadcasty.cli.doctor.Finding.Level;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Examines an installation. */
@Command(
    name = "doctor",
    description = {
      "Examines an installation before its start, or while it runs: the configuration, token keys,"
          + " Redis, the database and its schema, the master key, clocks, origins, proxies, the"
          + " disk and the port. It says what is wrong and how to mend it.",
      "Warnings alone leave the exit code 0, except with --strict."
    })
final class DoctorCommand extends BaseCommand {

  private static final Duration PROBE_LIFE = Duration.ofMinutes(1);
  private static final int MAX_PORT = 65_535;
  private static final long MEBIBYTE = 1024L * 1024;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description =
          "The origin of web pages that call the server, such as https://app.example.com.")
  private @Nullable String origin;

  @Option(
      names = "--proxy",
      paramLabel = "ADDRESS",
      description = "The IP address of the reverse proxy in front of the server.")
  private @Nullable String proxy;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The port of the server. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--min-free",
      paramLabel = "MIB",
      defaultValue = "512",
      description = "The MiB that must be free in the data directory. Default: ${DEFAULT-VALUE}.")
  private long minFreeMebibytes;

  @Option(names = "--strict", description = "Count warnings as problems.")
  private boolean strict;

  @Override
  ExitCode run(Output output) {
    if (port < 1 || port > MAX_PORT) {
      throw usage(port + " is no port: --port takes 1 to " + MAX_PORT);
    }
    if (minFreeMebibytes < 0) {
      throw usage("--min-free takes a number of MiB, such as 512");
    }
    WallClock clock = WallClock.system();
    TokenIssuer issuer = new TokenIssuer(installation, clock);
    SigningKey key = issuer.key(null);
    Doctor.Subject subject =
        new Doctor.Subject(
            origin,
            proxy,
            port,
            minFreeMebibytes * MEBIBYTE,
            key == null
                ? null
                : () -> issuer.issue(key, "doctor", "doctor", List.of(), PROBE_LIFE, Map.of()));
    List<Finding> findings =
        new Doctor(installation.source(), clock, subject).examine(output::progress);
    output.progress("");
    boolean errors = findings.stream().anyMatch(each -> each.level() == Level.ERROR);
    boolean warnings = findings.stream().anyMatch(each -> each.level() == Level.WARNING);
    boolean healthy = !errors && !(strict && warnings);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("healthy", healthy);
    result.put("findings", findings.stream().map(Finding::json).toList());
    output.report(result, () -> findings.forEach(finding -> print(output, finding)));
    return healthy ? ExitCode.DONE : ExitCode.PROBLEM;
  }

  private static void print(Output output, Finding finding) {
    output.line("%-8s %-14s %s".formatted(finding.level(), finding.check(), finding.detail()));
    if (!finding.mend().isEmpty()) {
      output.line("%-8s %-14s → %s".formatted("", "", finding.mend()));
    }
  }
}
