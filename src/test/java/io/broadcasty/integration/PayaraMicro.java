package io.broadcasty.integration;

import io.broadcasty.DocumentPage;
import io.broadcasty.transport.container.StreamOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Payara Micro, from its single JAR. */
record PayaraMicro(Path jar) implements ServerKind {

  @Override
  public Map<String, String> prepareArquillian(Path home, Ports ports) throws IOException {
    Path temporary = Files.createDirectories(home.resolve("tmp"));
    return Map.of("it.payara.jar", jar.toString(), "it.payara.tmp", temporary.toString());
  }

  @Override
  public ProcessBuilder process(Path home, Path war, Ports ports) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Djava.net.preferIPv4Stack=true"));
    command.addAll(List.of("-jar", jar.toString(), "--nocluster", "--disablephonehome"));
    command.addAll(List.of("--port", String.valueOf(ports.http())));
    command.addAll(List.of("--shutdowngrace", "3000", "--deploy", war.toString()));
    return new ProcessBuilder(command);
  }

  @Override
  public void addApplication(Path home, ProcessBuilder prepared, Path war) {
    List<String> command = prepared.command();
    command.addAll(command.indexOf("--deploy"), List.of("--deploy", war.toString()));
  }

  @Override
  public void takeLargeTokens(DocumentPage page, Path home, ProcessBuilder prepared)
      throws IOException {
    Path commands = home.resolve("large-tokens.asadmin");
    Files.writeString(commands, page.blockAfter("Payara Micro, in the file"));
    prepared.command().addAll(List.of("--prebootcommandfile", commands.toString()));
  }

  @Override
  public StreamOutput webSocketOutput() {
    return StreamOutput.GRIZZLY;
  }

  @Override
  public StreamOutput eventStreamOutput() {
    return StreamOutput.GRIZZLY;
  }

  @Override
  public boolean hasStarted(String log) {
    return log.contains(" ready in ");
  }
}
