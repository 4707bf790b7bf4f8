package io.broadcasty.integration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.relay.provider.FakeProviderServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Pusher's own client (pusher-js), which reconnects automatically. */
final class PusherClient implements AutoCloseable {

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  /** An event as the client's application gets it; {@code data} is JSON. */
  record Event(String channel, String name, String data) {}

  private PusherClient(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "pusher-js");
    reader.setDaemon(true);
    reader.start();
  }

  /** Connects a client and subscribes to these channels. */
  static PusherClient connect(NodePrograms programs, PusherServer server, List<String> channels)
      throws IOException {
    Stream<String> fixed =
        Stream.of(
            "client.cjs",
            String.valueOf(server.port()),
            FakeProviderServer.KEY,
            FakeProviderServer.SECRET);
    String[] arguments = Stream.concat(fixed, channels.stream()).toArray(String[]::new);
    PusherClient client = new PusherClient(programs.program(arguments).start());
    channels.forEach(channel -> client.awaitSubscribed(channel, 1));
    return client;
  }

  private void read() {
    try (BufferedReader out = process.inputReader(UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has subscribed to the channel for the nth time. */
  void awaitSubscribed(String channel, int times) {
    Api.await(
        "pusher-js to subscribe to " + channel + ": " + lines,
        () ->
            lines.stream().filter(line -> line.equals("subscribed\t" + channel)).count() >= times);
  }

  /** Returns a payload as a publisher would encrypt it for a channel of this client. */
  String sealed(String channel) {
    String start = "sealed\t" + channel + "\t";
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError(lines.toString()))
        .substring(start.length());
  }

  List<Event> events(String channel) {
    return lines.stream()
        .filter(line -> line.startsWith("event\t" + channel + "\t"))
        .map(line -> line.split("\t", -1))
        .map(fields -> new Event(fields[1], fields[2], fields[3]))
        .toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
