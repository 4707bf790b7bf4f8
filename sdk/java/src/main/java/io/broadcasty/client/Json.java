package io.broadcasty.client;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259) together with the text that it was read from, so that payloads can be
 * handed on exactly as they were published.
 *
 * <p>Immutable, and safe for use by many threads.
 */
public final class Json {

  private final String source;
  private final int start;
  private final int end;

  /** A String, BigDecimal, Boolean, {@code List<Json>}, {@code Map<String, Json>}, or null. */
  private final Object value;

  Json(String source, int start, int end, Object value) {
    this.source = source;
    this.start = start;
    this.end = end;
    this.value = value;
  }

  /**
   * Reads a text.
   *
   * @throws JsonException if it is not one JSON value
   */
  public static Json parse(String text) {
    return new JsonParser(text).parse();
  }

  /** Returns the text of this value as it was read. */
  public String text() {
    return source.substring(start, end);
  }

  /** Returns whether this is {@code null}. */
  public boolean isNull() {
    return value == null;
  }

  /** Returns whether this is an object. */
  public boolean isObject() {
    return value instanceof Map;
  }

  /** Returns whether this is an array. */
  public boolean isArray() {
    return value instanceof List;
  }

  /**
   * Returns the value of a field; empty if it is missing or {@code null}.
   *
   * @throws JsonException if this is no object
   */
  public Optional<Json> get(String field) {
    return Optional.ofNullable(fields().get(field)).filter(found -> !found.isNull());
  }

  /**
   * Returns the fields of this object in their order.
   *
   * @throws JsonException if this is no object
   */
  @SuppressWarnings("unchecked") // the parser has put nothing else in
  public Map<String, Json> fields() {
    return (Map<String, Json>) expect(Map.class, "an object");
  }

  /**
   * Returns the items of this array.
   *
   * @throws JsonException if this is no array
   */
  @SuppressWarnings("unchecked") // the parser has put nothing else in
  public List<Json> items() {
    return (List<Json>) expect(List.class, "an array");
  }

  /**
   * Returns this string.
   *
   * @throws JsonException if this is no string
   */
  public String asString() {
    return expect(String.class, "a string");
  }

  /**
   * Returns this number.
   *
   * @throws JsonException if this is no number
   */
  public BigDecimal asNumber() {
    return expect(BigDecimal.class, "a number");
  }

  /**
   * Returns this whole number.
   *
   * @throws JsonException if this is no whole number between -2^63 and 2^63 - 1
   */
  public long asLong() {
    try {
      return asNumber().longValueExact();
    } catch (ArithmeticException e) {
      throw new JsonException(abbreviated() + " is not a whole number that fits", e);
    }
  }

  /**
   * Returns true or false.
   *
   * @throws JsonException if this is neither
   */
  public boolean asBoolean() {
    return expect(Boolean.class, "true or false");
  }

  /**
   * Returns this value as Java knows it: a String, BigDecimal, Boolean, List, Map or null, all the
   * way down.
   */
  public Object toJava() {
    if (isArray()) {
      List<Object> list = new ArrayList<>();
      items().forEach(item -> list.add(item.toJava()));
      return list;
    }
    if (isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      fields().forEach((name, field) -> map.put(name, field.toJava()));
      return map;
    }
    return value;
  }

  /** Returns {@link #text()}. */
  @Override
  public String toString() {
    return text();
  }

  /** Returns whether the other one has the same text. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && json.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  private <T> T expect(Class<T> type, String words) {
    if (!type.isInstance(value)) {
      throw new JsonException("expected " + words + " instead of " + abbreviated());
    }
    return type.cast(value);
  }

  private String abbreviated() {
    return end - start <= 40 ? text() : source.substring(start, start + 40) + "…";
  }
}
