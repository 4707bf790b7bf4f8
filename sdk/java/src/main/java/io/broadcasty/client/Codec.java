package io.broadcasty.client;

/**
 * Turns payloads into JSON and back. An adapter to JSON-B or Jackson is a few lines:
 *
 * <pre>{@code
 * Codec<Order> codec = Codec.of(jsonb::toJson, text -> jsonb.fromJson(text, Order.class));
 * }</pre>
 *
 * <p>Implementations are used by several threads at the same time.
 *
 * @param <T> the type of the payload
 */
public interface Codec<T> {

  /**
   * Returns a payload as JSON.
   *
   * @throws RuntimeException if it cannot be written; the publication then fails with it, and
   *     nothing is sent
   */
  String encode(T payload);

  /**
   * Returns the payload that a JSON text stands for.
   *
   * @throws RuntimeException if the text is not such a payload
   */
  T decode(String json);

  /** Returns a codec of two functions. */
  static <T> Codec<T> of(
      java.util.function.Function<? super T, String> encode,
      java.util.function.Function<String, ? extends T> decode) {
    return new Codec<>() {
      @Override
      public String encode(T payload) {
        return encode.apply(payload);
      }

      @Override
      public T decode(String json) {
        return decode.apply(json);
      }
    };
  }

  /**
   * Returns a codec for a record: an object with a field for each component. Components are
   * strings, numbers, booleans, enums, UUIDs, {@code java.time.Instant} and other times of that
   * package with a {@code parse} method, lists, maps with strings as keys, other records, {@link
   * Json}, and optionals of these. Fields that the record does not have are ignored, so that
   * publishers can add some.
   */
  static <T extends Record> Codec<T> ofRecord(Class<T> type) {
    return new RecordCodec<>(type);
  }
}
