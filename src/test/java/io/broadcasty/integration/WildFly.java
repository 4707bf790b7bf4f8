package io.broadcasty.integration;

import io.broadcasty.DocumentPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** WildFly, unpacked, with the configuration of {@code server-config/wildfly}. */
record WildFly(Path installation) implements ServerKind {

  static final String CONFIGURATION = "broadcasty.xml";

  @Override
  public Map<String, String> prepareArquillian(Path home, Ports ports) {
    return Map.of(
        "it.wildfly.installation", installation.toString(),
        "it.wildfly.base", home.resolve("wildfly").toString(),
        "it.wildfly.options", String.join(" ", options(ports)),
        "it.wildfly.management", String.valueOf(ports.management()),
        "it.health-port", String.valueOf(ports.management()));
  }

  @Override
  public ProcessBuilder process(Path home, Path war, Ports ports) throws IOException {
    Path base = home.resolve("wildfly");
    Files.createDirectories(base.resolve("deployments"));
    ServerKind.copyFiles(
        installation.resolve("standalone/configuration"), base.resolve("configuration"));
    Path deployed = base.resolve("deployments/broadcasty.war");
    if (!Files.exists(deployed)) {
      Files.copy(war, deployed);
    }
    List<String> command = new ArrayList<>();
    command.add(installation.resolve("bin/standalone.sh").toString());
    command.addAll(List.of("-c", CONFIGURATION, "-Djboss.server.base.dir=" + base));
    command.addAll(options(ports));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LAUNCH_JBOSS_IN_BACKGROUND", "yes"); // forwards signals
    return builder;
  }

  @Override
  public void addApplication(Path home, ProcessBuilder prepared, Path war) throws IOException {
    Files.copy(war, home.resolve("wildfly/deployments").resolve(war.getFileName()));
  }

  @Override
  public void takeLargeTokens(DocumentPage page, Path home, ProcessBuilder prepared)
      throws IOException {
    Path script = home.resolve("large-tokens.cli");
    Files.writeString(
        script,
        "embed-server --server-config="
            + CONFIGURATION
            + " --std-out=discard\n"
            + page.blockAfter("WildFly, with `jboss-cli.sh`")
            + "stop-embedded-server\n");
    var unused =
        DocumentPage.run(
            home,
            "env",
            "JAVA_OPTS=-XX:TieredStopAtLevel=1 -Djboss.server.base.dir=" + home.resolve("wildfly"),
            installation.resolve("bin/jboss-cli.sh").toString(),
            "--file=" + script);
  }

  @Override
  public int largeToken() {
    return 48_000;
  }

  @Override
  public boolean hasStarted(String log) {
    return log.contains("WFLYSRV0025"); // "started in"
  }

  @Override
  public boolean hasMicroProfileMetrics() {
    return false;
  }

  private static List<String> options(Ports ports) {
    return List.of(
        "-Djboss.http.port=" + ports.http(),
        "-Djboss.https.port=" + ports.https(),
        "-Djboss.management.http.port=" + ports.management());
  }
}
