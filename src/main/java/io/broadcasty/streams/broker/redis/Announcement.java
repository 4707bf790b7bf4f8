package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The message with which the append script announces publications: the epoch on a line, then for
 * each publication a line with partition, sequence, time and length, followed by that many bytes of
 * its envelope, which has a version of its own. The announcement's version is that of {@link
 * TextVersion}.
 */
final class Announcement {

  private static final String WHAT = "announcements";
  private static final int PARTS = 4;

  private final TenantChannel channel;
  private final byte[] message;
  private int at;

  private Announcement(TenantChannel channel, byte[] message) {
    this.channel = channel;
    this.message = message;
  }

  /**
   * Decodes the publications, in order.
   *
   * @throws io.broadcasty.core.format.UnknownVersionException when the version or form is unknown
   */
  static List<Publication> read(TenantChannel channel, byte[] message) {
    TextVersion.requireVersionOne(WHAT, message);
    try {
      return new Announcement(channel, message).publications();
    } catch (IllegalArgumentException e) {
      throw DecodingFailures.malformed(WHAT, e);
    }
  }

  private List<Publication> publications() {
    List<Publication> publications = new ArrayList<>(1);
    String epoch = line();
    while (at < message.length) {
      String[] parts = line().split(" ", -1);
      if (parts.length != PARTS) {
        throw new IllegalArgumentException("the announcement is malformed");
      }
      int partition = Integer.parseInt(parts[0]);
      int end = at + Integer.parseInt(parts[3]);
      if (end < at || end > message.length) {
        throw new IllegalArgumentException("the announcement is truncated");
      }
      publications.add(
          new Publication(
              EnvelopeFormat.read(channel, partition, Arrays.copyOfRange(message, at, end)),
              new Position(epoch, partition, Long.parseLong(parts[1])),
              Long.parseLong(parts[2])));
      at = end;
    }
    return publications;
  }

  private String line() {
    int end = at;
    while (end < message.length && message[end] != '\n') {
      end++;
    }
    String line = new String(message, at, end - at, StandardCharsets.US_ASCII);
    at = end + 1;
    return line;
  }
}
