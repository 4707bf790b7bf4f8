package io.broadcasty.observability.tracing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads a Protocol Buffers message by its wire format, without a schema.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtobufReader {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  /**
   * A field of a message.
   *
   * @param bytes the content of a string, bytes or message field; otherwise empty
   * @param value the value of a numeric field; otherwise 0
   */
  record Field(int number, byte[] bytes, long value) {

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private final byte[] message;
  private int at;

  private ProtobufReader(byte[] message) {
    this.message = message;
  }

  /** Passes each field to the consumer, in the order of the message. */
  static void read(byte[] message, Consumer<Field> fields) {
    ProtobufReader reader = new ProtobufReader(message);
    while (reader.at < message.length) {
      fields.accept(reader.field());
    }
  }

  private Field field() {
    long key = varint();
    int number = (int) (key >>> 3);
    return switch ((int) (key & 7)) {
      case VARINT -> new Field(number, new byte[0], varint());
      case FIXED64 -> new Field(number, new byte[0], fixed(8));
      case FIXED32 -> new Field(number, new byte[0], fixed(4));
      case BYTES -> {
        int length = Math.toIntExact(varint());
        at += length;
        yield new Field(number, Arrays.copyOfRange(message, at - length, at), 0);
      }
      default -> throw new IllegalArgumentException("no such wire type: " + (key & 7));
    };
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = message[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private long fixed(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (message[at++] & 0xFFL) << (8 * i);
    }
    return value;
  }
}
