package io.broadcasty.integration;

import io.broadcasty.DocumentPage;
import io.broadcasty.transport.container.StreamOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/** Open Liberty, unpacked, with the configuration of {@code server-config/liberty}. */
record OpenLiberty(Path installation, Path configuration) implements ServerKind {

  /**
   * The configuration that Arquillian's container needs to talk to the server and to detect the
   * deployment, and access to the server's meters, which are restricted to administrators by
   * default.
   */
  private static final String FOR_ARQUILLIAN =
      """
      <server>
        <featureManager><feature>localConnector-1.0</feature></featureManager>
        <applicationMonitor updateTrigger="mbean"/>
        <mpMetrics authentication="false"/>
      </server>
      """;

  @Override
  public Map<String, String> prepareArquillian(Path home, Ports ports) throws IOException {
    Path user = home.resolve("liberty");
    // the container finds the server by its name, which must be unique on this machine
    String name = "broadcasty-it-" + ports.http();
    Path server = layOut(user, name, ports);
    Files.delete(server.resolve("application.xml")); // Arquillian deploys
    Path overrides = Files.createDirectories(server.resolve("configDropins/overrides"));
    Files.writeString(overrides.resolve("arquillian.xml"), FOR_ARQUILLIAN);
    return Map.of(
        "it.liberty.installation", installation.toString(),
        "it.liberty.user", user.toString(),
        "it.liberty.name", name,
        "it.liberty.http", String.valueOf(ports.http()));
  }

  @Override
  public ProcessBuilder process(Path home, Path war, Ports ports) throws IOException {
    Path user = home.resolve("liberty");
    layOut(user, "broadcasty", ports);
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                installation.resolve("bin/server").toString(),
                "run",
                "broadcasty",
                "--",
                "--war=" + war));
    builder.environment().put("WLP_USER_DIR", user.toString());
    return builder;
  }

  @Override
  public void addApplication(Path home, ProcessBuilder prepared, Path war) throws IOException {
    Path applications = Files.createDirectories(home.resolve("liberty/servers/broadcasty/dropins"));
    Files.copy(war, applications.resolve(war.getFileName()));
  }

  @Override
  public void takeLargeTokens(DocumentPage page, Path home, ProcessBuilder prepared)
      throws IOException {
    Path server = home.resolve("liberty/servers/broadcasty/server.xml");
    String before = Files.readString(server);
    String options = page.blockAfter("Open Liberty, in").strip();
    String after = before.replaceFirst("<httpOptions [^>]*/>", Matcher.quoteReplacement(options));
    if (after.equals(before)) {
      throw new AssertionError("there are no options to replace in " + server);
    }
    Files.writeString(server, after);
  }

  @Override
  public StreamOutput webSocketOutput() {
    return StreamOutput.LIBERTY_CHANNEL;
  }

  @Override
  public StreamOutput eventStreamOutput() {
    return StreamOutput.LIBERTY_RESPONSE;
  }

  @Override
  public boolean hasStarted(String log) {
    return log.contains("CWWKF0011I"); // "ready to run"
  }

  private Path layOut(Path user, String name, Ports ports) throws IOException {
    Path server = user.resolve("servers").resolve(name);
    ServerKind.copyFiles(configuration, server);
    Files.writeString(server.resolve("bootstrap.properties"), "http.port=" + ports.http() + "\n");
    return server;
  }
}
