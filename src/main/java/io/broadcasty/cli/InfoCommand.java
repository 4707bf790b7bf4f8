package io.broadcasty.cli;

import io.broadcasty.server.BuildVersion;
import io.broadcasty.server.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what an installation is made of. */
@Command(
    name = "info",
    description =
        "Shows the version and, if the configuration is valid, what it selects. It connects to"
            + " nothing; broadcasty doctor does.")
final class InfoCommand extends BaseCommand {

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Installation installation;

  @Override
  ExitCode run(Output output) {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("version", BuildVersion.read());
    info.put("java", System.getProperty("java.vendor", "") + " " + Runtime.version());
    Path file = installation.file();
    info.put("environment", file == null ? "this process" : file.toString());
    Settings settings = installation.settingsIfValid();
    info.put("configuration", settings == null ? "invalid; broadcasty doctor says why" : "valid");
    if (settings != null) {
      describe(settings, info);
    }
    output.object(info);
    return ExitCode.DONE;
  }

  private static void describe(Settings settings, Map<String, Object> info) {
    info.put("development", settings.development());
    info.put("publicUrl", settings.publicUrl());
    info.put("store", settings.replay().store().name().toLowerCase(Locale.ROOT));
    info.put("dataDirectory", Path.of(settings.dataDir()).toAbsolutePath().toString());
    info.put("algorithms", settings.jwt().algorithms().stream().sorted().toList());
    if (settings.jwt().issuer() != null) {
      info.put("issuer", settings.jwt().issuer());
    }
    info.put("audiences", settings.jwt().audiences());
    info.put(
        "masterKeys", settings.masterKeys().isEmpty() ? "none" : settings.masterKeys().toString());
    info.put("pushServices", settings.pushProviders().size());
    info.put("relay", settings.relay().order());
    info.put("tenantsWithSettings", settings.tenants().own().size());
  }
}
