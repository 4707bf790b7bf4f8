package io.broadcasty.client;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259). Each instance reads one text. */
final class JsonParser {

  /** Deeper values are refused, so that no text can exhaust the stack. The server allows 64. */
  private static final int MAX_DEPTH = 256;

  /** Longer numbers are refused: reading one takes time that grows faster than its length. */
  private static final int MAX_NUMBER_CHARACTERS = 1100;

  private final String text;
  private int at;

  JsonParser(String text) {
    this.text = text;
  }

  Json parse() {
    Json value = value(0);
    skipSpace();
    if (at < text.length()) {
      throw fault("there is more behind the value");
    }
    return value;
  }

  private Json value(int depth) {
    if (depth > MAX_DEPTH) {
      throw fault("the value is nested more than " + MAX_DEPTH + " levels deep");
    }
    skipSpace();
    int start = at;
    Object value =
        switch (peek()) {
          case '{' -> object(depth);
          case '[' -> array(depth);
          case '"' -> string();
          case 't' -> word("true", true);
          case 'f' -> word("false", false);
          case 'n' -> word("null", null);
          default -> number();
        };
    return new Json(text, start, at, value);
  }

  private Map<String, Json> object(int depth) {
    Map<String, Json> fields = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (peek() == '}') {
      at++;
      return fields;
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw fault("the name of a field must be a string");
      }
      String name = string();
      skipSpace();
      take(':');
      fields.put(name, value(depth + 1));
      skipSpace();
      if (peek() != ',') {
        take('}');
        return Collections.unmodifiableMap(fields);
      }
      at++;
    }
  }

  private List<Json> array(int depth) {
    List<Json> items = new ArrayList<>();
    at++;
    skipSpace();
    if (peek() == ']') {
      at++;
      return items;
    }
    while (true) {
      items.add(value(depth + 1));
      skipSpace();
      if (peek() != ',') {
        take(']');
        return Collections.unmodifiableList(items);
      }
      at++;
    }
  }

  private String string() {
    at++;
    int start = at;
    while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\') {
      refuseControl();
      at++;
    }
    if (peek() == '"') {
      return text.substring(start, at++);
    }
    StringBuilder out = new StringBuilder(text.substring(start, at));
    while (peek() != '"') {
      if (text.charAt(at) == '\\') {
        at++;
        out.append(escape());
      } else {
        refuseControl();
        out.append(text.charAt(at++));
      }
    }
    at++;
    return out.toString();
  }

  private void refuseControl() {
    if (text.charAt(at) < ' ') {
      throw fault("a control character in a string must be escaped");
    }
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hexadecimal();
      default -> throw fault("there is no escape \\" + c);
    };
  }

  private char hexadecimal() {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw fault("\\u needs four hexadecimal digits");
      }
      code = code * 16 + digit;
      at++;
    }
    return (char) code;
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw fault("there is no such value");
    }
    at += word.length();
    return value;
  }

  private BigDecimal number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    if (isNext('.')) {
      at++;
      digits();
    }
    if (isNext('e') || isNext('E')) {
      at++;
      if (isNext('+') || isNext('-')) {
        at++;
      }
      digits();
    }
    if (at - start > MAX_NUMBER_CHARACTERS) {
      throw fault("the number has more than " + MAX_NUMBER_CHARACTERS + " characters");
    }
    try {
      return new BigDecimal(text.substring(start, at));
    } catch (NumberFormatException e) { // an exponent beyond 2^31
      throw new JsonException("the number at " + start + " is too large", e);
    }
  }

  private void digits() {
    if (peek() < '0' || peek() > '9') {
      throw fault("there is no value");
    }
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
  }

  private boolean isNext(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void take(char c) {
    if (peek() != c) {
      throw fault("expected `" + c + "`");
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw fault("the text ends in the middle");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonException fault(String what) {
    return new JsonException("not JSON at character " + at + ": " + what);
  }
}
