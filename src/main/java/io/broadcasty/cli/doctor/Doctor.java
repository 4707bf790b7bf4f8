package io.broadcasty.cli.doctor;

import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.server.config.SettingsWarning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs all checks on an installation. It changes nothing but a key of one second in Redis. */
public final class Doctor {

  /**
   * What is to be examined besides the configuration.
   *
   * @param origin of web pages that must be allowed; null for none
   * @param proxy the address of a proxy that must be trusted; null for none
   * @param port on which the server listens, or is to listen
   * @param minFreeBytes the free space that the data directory needs
   * @param probeToken signs a token that the server must accept; null where no key to sign is known
   */
  public record Subject(
      @Nullable String origin,
      @Nullable String proxy,
      int port,
      long minFreeBytes,
      @Nullable ProbeToken probeToken) {}

  /** Signs a token with the key of this installation. */
  @FunctionalInterface
  public interface ProbeToken {
    String sign();
  }

  private final ConfigSource source;
  private final WallClock clock;
  private final Subject subject;

  /**
   * @param clock of this machine
   */
  public Doctor(ConfigSource source, WallClock clock, Subject subject) {
    this.source = source;
    this.clock = clock;
    this.subject = subject;
  }

  /**
   * Runs the checks, which may take some seconds each.
   *
   * @param progress is told the name of each check before it runs
   */
  public List<Finding> examine(Consumer<String> progress) {
    List<Finding> findings = new ArrayList<>();
    progress.accept("configuration");
    Settings settings = settings(findings);
    MachineChecks machine = new MachineChecks(subject);
    if (settings == null) {
      findings.add(
          Finding.skipped(
              "stores", "Redis, the database, keys and clocks are checked once this is right"));
    } else {
      progress.accept("tokens");
      findings.addAll(new TokenChecks(settings, clock, subject.probeToken()).run());
      progress.accept("stores");
      findings.addAll(new StoreChecks(settings, clock).run());
      findings.addAll(new EdgeChecks(settings, subject).run());
      progress.accept("disk");
      findings.add(machine.disk(settings.dataDir()));
    }
    progress.accept("port");
    findings.add(machine.port());
    return findings;
  }

  private @Nullable Settings settings(List<Finding> findings) {
    try {
      Settings settings = SettingsReader.read(source);
      findings.add(Finding.ok("configuration", "all settings are valid"));
      settings.notices().forEach(notice -> findings.add(warning(notice)));
      SettingsWarning.of(settings).forEach(each -> findings.add(warning(each.text())));
      if (settings.development()) {
        findings.add(
            Finding.warning(
                "configuration",
                "development mode is on: anybody who reaches the server gets a token",
                "remove BROADCASTY_DEV in production"));
      }
      return settings;
    } catch (InvalidConfigurationException e) {
      for (String fault : e.faults()) {
        findings.add(Finding.error("configuration", fault, mend(fault)));
      }
      return null;
    }
  }

  private static Finding warning(String text) {
    return Finding.warning("configuration", text, "docs/config.md describes the setting");
  }

  /** Says which command helps, where one does; the fault itself says what is expected. */
  private static String mend(String fault) {
    if (fault.contains("vapid")) {
      return "make a new pair by broadcasty vapid:keygen and set both variables; browsers then have"
          + " to subscribe again, so first look for the lost half of the pair";
    }
    if (fault.contains("no key to verify tokens")) {
      return "make a pair by broadcasty jwt:keygen, or run broadcasty install";
    }
    return "correct the setting as the message says; docs/config.md describes it";
  }
}
