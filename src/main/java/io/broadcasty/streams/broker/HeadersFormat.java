package io.broadcasty.streams.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes headers as bytes: their number in two bytes, then each name and value as its length in
 * UTF-8 in two bytes and its text. The version of the format is that of the enclosing entry or row.
 */
public final class HeadersFormat {

  private HeadersFormat() {}

  /**
   * The parts of a message that are encoded together.
   *
   * @param origin follows the headers, as {@link OriginFormat} encodes it
   */
  public record Parts(Headers headers, Origin origin) {

    /** Neither headers nor an origin. */
    public static final Parts NONE = new Parts(Headers.NONE, Origin.NONE);
  }

  /** Encodes a message's headers and its origin; returns null for neither. */
  public static byte @Nullable [] write(Message message) {
    if (message.headers().isEmpty() && message.origin().isEmpty()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, message);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // writing to memory does not fail
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes headers and an origin; neither for null.
   *
   * @throws IllegalArgumentException when the bytes are malformed
   */
  public static Parts read(byte @Nullable [] bytes) {
    if (bytes == null) {
      return Parts.NONE;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return readParts(in);
    } catch (IOException e) {
      throw new IllegalArgumentException("the bytes are not encoded headers", e);
    }
  }

  /** Encodes a message's headers and its origin. */
  public static void write(DataOutputStream out, Message message) throws IOException {
    write(out, message.headers());
    OriginFormat.write(out, message.origin());
  }

  /**
   * Decodes headers and an origin from all bytes that are left.
   *
   * @throws IOException when the stream ends early
   */
  public static Parts readParts(DataInputStream in) throws IOException {
    Headers headers = read(in);
    return new Parts(headers, OriginFormat.read(in));
  }

  private static void write(DataOutputStream out, Headers headers) throws IOException {
    out.writeShort(headers.size());
    for (Map.Entry<String, String> header : headers.toMap().entrySet()) {
      writeText(out, header.getKey());
      writeText(out, header.getValue());
    }
  }

  private static Headers read(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      headers.put(readText(in), readText(in)); // the name first: evaluated from left to right
    }
    return Headers.of(headers);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    return new String(bytes, UTF_8);
  }
}
