package io.broadcasty.broker.redis;

import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.Headers;
import io.broadcasty.broker.Message;
import io.broadcasty.channel.TenantChannel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An envelope as bytes, without its channel and partition: a byte that says whether its id is
 * idempotent, then id, payload, meta, event, correlation id and reply channel, each as its length
 * in UTF-8 in four bytes, -1 for one that is not there, and its text.
 */
final class EnvelopeFormat {

  private static final int ABSENT = -1;

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
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IllegalArgumentException when the bytes are not an envelope's
   */
  static Envelope read(TenantChannel channel, int partition, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      boolean idempotent = in.readBoolean();
      return new Envelope(
          channel,
          partition,
          required(in),
          idempotent,
          new Message(required(in), read(in), read(in), read(in), read(in), Headers.NONE));
    } catch (IOException e) {
      throw new IllegalArgumentException("these bytes are no envelope", e);
    }
  }

  private static String required(DataInputStream in) throws IOException {
    String text = read(in);
    if (text == null) {
      throw new IOException("a part is missing");
    }
    return text;
  }

  // The order of reads is the order of parts: Java evaluates arguments from left to right.
  private static @Nullable String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length == ABSENT) {
      return null;
    }
    if (length < 0 || length > in.available()) {
      throw new IOException("a part is longer than the whole");
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
