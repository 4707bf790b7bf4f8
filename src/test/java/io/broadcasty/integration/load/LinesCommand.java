package io.broadcasty.integration.load;

import io.broadcasty.TcpProxy;
import io.broadcasty.TcpProxy.Direction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs lines to a server as a process, one for each node: {@code LinesCommand PORT COUNT}. Prints
 * their ports, and {@code ok} for each input line: {@code forget N} silences the open connections
 * of a line, {@code silence N} also new ones, {@code cut N} breaks all, and {@code restore N} ends
 * that. Ends with its input.
 */
public final class LinesCommand {

  private LinesCommand() {}

  public static void main(String[] args) throws IOException {
    List<TcpProxy> lines = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      lines.add(new TcpProxy(Integer.parseInt(args[0])));
    }
    System.out.println(
        lines.stream().map(line -> "" + line.port()).collect(Collectors.joining(" ")));
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String command = in.readLine(); command != null; command = in.readLine()) {
        String[] words = command.split(" ", -1);
        TcpProxy line = lines.get(Integer.parseInt(words[1]));
        switch (words[0]) {
          case "forget" -> line.swallowOpen();
          case "silence" -> line.swallowAll(Direction.values());
          case "cut" -> line.cut();
          case "restore" -> line.restore();
          default -> throw new IllegalArgumentException("unknown command: " + command);
        }
        System.out.println("ok");
      }
    }
    lines.forEach(TcpProxy::close);
  }
}
