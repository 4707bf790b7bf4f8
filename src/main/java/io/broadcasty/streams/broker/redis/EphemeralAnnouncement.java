package io.broadcasty.streams.broker.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Envelope;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The message that announces ephemeral envelopes of one channel. It begins with the byte of version
 * 2, so that nodes which know stored publications only recognise that they cannot read it. Lines
 * with the announcing node, the tenant, the channel and the time follow, then for each envelope a
 * line with its length and its bytes.
 *
 * @param node the broker that announces them, which delivers them to itself
 */
record EphemeralAnnouncement(String node, List<Envelope> envelopes, long timeMillis) {

  private static final String WHAT = "announcements of ephemeral publications";
  private static final int VERSION = 2;

  /** Returns whether a message is one of these. */
  static boolean matches(byte[] message) {
    return message.length > 0 && message[0] == VERSION;
  }

  /** Returns what the message has before the time. */
  static byte[] beforeTime(String node, TenantChannel channel) {
    String lines = node + '\n' + channel.tenant() + '\n' + channel.name() + '\n';
    byte[] text = lines.getBytes(UTF_8);
    byte[] bytes = new byte[text.length + 1];
    bytes[0] = VERSION;
    System.arraycopy(text, 0, bytes, 1, text.length);
    return bytes;
  }

  /** Returns what the message has after the time. */
  static byte[] afterTime(List<Envelope> envelopes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write('\n');
    for (Envelope envelope : envelopes) {
      byte[] encoded = EnvelopeFormat.write(envelope);
      bytes.writeBytes((encoded.length + "\n").getBytes(US_ASCII));
      bytes.writeBytes(encoded);
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes a message.
   *
   * @throws io.broadcasty.core.format.UnknownVersionException when it is malformed
   */
  static EphemeralAnnouncement read(byte[] message) {
    try {
      return new Reader(message).read();
    } catch (IllegalArgumentException e) {
      throw DecodingFailures.malformed(WHAT, e);
    }
  }

  /** A message as it is read. */
  private static final class Reader {
    private final byte[] message;
    private int at = 1;

    Reader(byte[] message) {
      this.message = message;
    }

    EphemeralAnnouncement read() {
      String node = line();
      TenantChannel channel = new TenantChannel(new TenantId(line()), new ChannelName(line()));
      long timeMillis = Long.parseLong(line());
      List<Envelope> envelopes = new ArrayList<>(1);
      while (at < message.length) {
        int length = Integer.parseInt(line());
        if (length < 0 || length > message.length - at) {
          throw new IllegalArgumentException("the announcement is truncated");
        }
        byte[] encoded = Arrays.copyOfRange(message, at, at + length);
        Envelope envelope = EnvelopeFormat.read(channel, 0, encoded);
        envelopes.add(
            new Envelope(
                channel, 0, envelope.id(), envelope.idempotent(), envelope.message(), true));
        at += length;
      }
      return new EphemeralAnnouncement(node, envelopes, timeMillis);
    }

    private String line() {
      int end = at;
      while (end < message.length && message[end] != '\n') {
        end++;
      }
      String line = new String(message, at, end - at, UTF_8);
      at = Math.min(end + 1, message.length);
      return line;
    }
  }
}
