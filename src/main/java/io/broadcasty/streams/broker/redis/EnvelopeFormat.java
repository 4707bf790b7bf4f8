package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.HeadersFormat;
import io.broadcasty.streams.broker.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Encodes an envelope as bytes, without its channel and partition.
 *
 * <p>Version 0: a byte that says whether its id is idempotent, then id, payload, meta, event,
 * correlation id and reply channel, each as its length in UTF-8 in four bytes, -1 for a missing
 * one, and its text. Version 1 adds a byte with the version, and the headers as {@link
 * HeadersFormat} encodes them with the origin, which a node that does not know it ignores.
 */
final class EnvelopeFormat {

  private static final String WHAT = "stream entries";
  private static final int ABSENT = -1;
  private static final int VERSION = 1;

  private EnvelopeFormat() {}

  static byte[] write(Envelope envelope) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(envelope.costBytes());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeBoolean(envelope.idempotent());
      write(out, envelope.id());
      Message message = envelope.message();
      write(out, message.payload());
      write(out, message.meta());
      write(out, message.event());
      write(out, message.correlationId());
      write(out, message.replyTo());
      out.writeByte(VERSION);
      HeadersFormat.write(out, message);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // writing to memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes an envelope.
   *
   * @throws io.broadcasty.core.format.UnknownVersionException when the version is unknown, or the
   *     bytes are not an envelope
   */
  static Envelope read(TenantChannel channel, int partition, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      boolean idempotent = in.readBoolean();
      String id = required(in);
      String payload = required(in);
      String meta = read(in);
      String event = read(in);
      String correlationId = read(in);
      String replyTo = read(in);
      HeadersFormat.Parts parts = parts(in);
      return new Envelope(
          channel,
          partition,
          id,
          idempotent,
          new Message(
              payload, meta, event, correlationId, replyTo, parts.headers(), parts.origin()));
    } catch (IOException e) {
      throw DecodingFailures.malformed(WHAT, new UncheckedIOException(e));
    }
  }

  private static HeadersFormat.Parts parts(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return HeadersFormat.Parts.NONE; // version 0
    }
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw DecodingFailures.unknownVersion(WHAT, version);
    }
    return HeadersFormat.readParts(in);
  }

  private static String required(DataInputStream in) throws IOException {
    String text = read(in);
    if (text == null) {
      throw new IOException("a part of the envelope is missing");
    }
    return text;
  }

  private static @Nullable String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length == ABSENT) {
      return null;
    }
    if (length < 0 || length > in.available()) {
      throw new IOException("a part is longer than the envelope");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static void write(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(ABSENT);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
