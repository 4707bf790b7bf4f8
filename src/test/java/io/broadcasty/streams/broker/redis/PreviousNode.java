package io.broadcasty.streams.broker.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoder of the previous release, kept apart from the current code so that it does not change
 * with it.
 */
final class PreviousNode {

  private PreviousNode() {}

  /** An entry as decoded by that node. */
  record Entry(boolean idempotent, List<String> parts) {}

  /** A publication of an announcement as decoded by that node. */
  record Announced(String epoch, int partition, long sequence, long timeMillis, Entry entry) {}

  /** Decodes an entry; bytes after its six parts are ignored. */
  static Entry readEntry(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      boolean idempotent = in.readBoolean();
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int length = in.readInt();
        if (length < -1 || length > in.available() || (length == -1 && i < 2)) {
          throw new IOException("no entry");
        }
        parts.add(length == -1 ? "-" : new String(in.readNBytes(length), UTF_8));
      }
      return new Entry(idempotent, parts);
    }
  }

  /**
   * Decodes an announcement, which consists of lines of four numbers, each followed by an entry.
   */
  static List<Announced> readAnnouncement(byte[] message) throws IOException {
    int[] at = {0};
    String epoch = line(message, at);
    List<Announced> all = new ArrayList<>();
    while (at[0] < message.length) {
      String[] numbers = line(message, at).split(" ", -1);
      if (numbers.length != 4) {
        throw new IOException("no announcement");
      }
      byte[] entry = new byte[Integer.parseInt(numbers[3])];
      System.arraycopy(message, at[0], entry, 0, entry.length);
      at[0] += entry.length;
      all.add(
          new Announced(
              epoch,
              Integer.parseInt(numbers[0]),
              Long.parseLong(numbers[1]),
              Long.parseLong(numbers[2]),
              readEntry(entry)));
    }
    return all;
  }

  private static String line(byte[] message, int[] at) {
    StringBuilder line = new StringBuilder();
    while (message[at[0]] != '\n') {
      line.append((char) message[at[0]++]);
    }
    at[0]++;
    return line.toString();
  }
}
