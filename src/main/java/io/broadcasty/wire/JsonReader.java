package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON token by token from UTF-8 bytes, and extracts parts of the text verbatim. One instance
 * for each message; for one thread.
 */
final class JsonReader implements AutoCloseable {

  private static final int MAX_DEPTH = 64;

  /** How deep a value may be nested so that it alone is refused, and not its whole message. */
  private static final int MAX_SKIPPED_DEPTH = 10_000;

  /**
   * The length of the longest name of a field, in bytes. The parser keeps thousands of names that
   * it has seen, whoever sent them.
   */
  private static final int MAX_NAME_BYTES = 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION) // RFC 8259, section 8.1: UTF-8
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_SKIPPED_DEPTH)
                  .maxNameLength(MAX_NAME_BYTES)
                  .build())
          .build();

  private final byte[] utf8;
  private final JsonParser parser;
  private int rawBytes;

  /** Handles a field that an object has twice. */
  interface RepeatedField {
    void onRepeated(String name) throws ProblemException;
  }

  /**
   * Creates a reader.
   *
   * @throws ProblemException when the bytes are not well-formed UTF-8: Jackson would read several
   *     byte sequences as the same text
   */
  JsonReader(byte[] utf8) throws ProblemException {
    if (!isWellFormed(utf8)) {
      throw new ProblemException(Code.INVALID_JSON, "the message is not well-formed UTF-8");
    }
    this.utf8 = utf8;
    try {
      this.parser = FACTORY.createParser(utf8);
    } catch (IOException e) {
      throw invalid(e);
    }
  }

  /** Returns the next token; null at the end. */
  @Nullable JsonToken next() throws ProblemException {
    try {
      return parser.nextToken();
    } catch (IOException e) {
      throw invalid(e);
    }
  }

  /**
   * Returns the next field's name, and moves to its value; null at the end of the object.
   *
   * @throws ProblemException also when the object has had a field of this name: readers of JSON
   *     disagree on which of the two counts
   */
  @Nullable String nextField() throws ProblemException {
    return nextField(
        name -> {
          throw new ProblemException(repeated(name));
        });
  }

  /** Returns the next field as {@link #nextField()} does, and reports one that is repeated. */
  @Nullable String nextField(RepeatedField repeated) throws ProblemException {
    String name;
    boolean isNew;
    try {
      if (parser.nextToken() != JsonToken.FIELD_NAME) {
        return null;
      }
      name = parser.currentName();
      isNew = remember(name, parser.getParsingContext());
      parser.nextToken();
    } catch (IOException e) {
      throw invalid(e);
    }
    if (!isNew) {
      repeated.onRepeated(name);
    }
    return name;
  }

  /** Returns the problem of a repeated field. */
  static Problem repeated(String name) {
    return Problem.of(
        Code.INVALID_REQUEST, "the field `" + PublishReader.abbreviate(name) + "` occurs twice");
  }

  /** Remembers a name with its object; returns whether it is new there. */
  private static boolean remember(String name, JsonStreamContext object) {
    @SuppressWarnings("unchecked") // set here only
    Set<String> names = (Set<String>) object.getCurrentValue();
    if (names == null) {
      names = new HashSet<>();
      object.setCurrentValue(names);
    }
    return names.add(name);
  }

  @Nullable JsonToken current() {
    return parser.currentToken();
  }

  /**
   * Returns the text of the current value, and moves to its end.
   *
   * <p>The text is verbatim, except that line ends become blanks: in JSON they occur only between
   * tokens, and would break a line-based framing such as that of Server-Sent Events.
   *
   * @throws ProblemException with {@link Code#INVALID_REQUEST}, at the end of the value, when it is
   *     nested too deep
   */
  String rawValue() throws ProblemException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    if (skipAndMeasure() > MAX_DEPTH) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "the JSON is nested deeper than " + MAX_DEPTH + " levels");
    }
    int end = (int) parser.currentLocation().getByteOffset();
    while (end > start && isBlank(utf8[end - 1])) {
      end--;
    }
    rawBytes = end - start;
    String text = new String(utf8, start, rawBytes, StandardCharsets.UTF_8);
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0
        ? text
        : text.replace('\n', ' ').replace('\r', ' ');
  }

  /** Returns how many bytes of UTF-8 the last {@link #rawValue} has read. */
  int rawBytes() {
    return rawBytes;
  }

  /** Skips the current value, and checks that it is well-formed. */
  void skip() throws ProblemException {
    skipAndMeasure();
  }

  /** Skips the current value, and returns how deep the message is nested in it. */
  private int skipAndMeasure() throws ProblemException {
    try {
      if (!parser.currentToken().isStructStart()) {
        parser.finishToken();
        return 0;
      }
      int outside = parser.getParsingContext().getNestingDepth() - 1;
      int deepest = 1;
      for (int open = 1; open > 0; deepest = Math.max(deepest, open)) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          throw new ProblemException(Code.INVALID_JSON, "the message is incomplete");
        }
        open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      }
      return outside + deepest;
    } catch (IOException e) {
      throw invalid(e);
    }
  }

  /** Returns the current value as a text of limited length; null for JSON null. */
  @Nullable String text(String field, int maxLength) throws ProblemException {
    if (current() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (current() != JsonToken.VALUE_STRING) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be a string");
    }
    try {
      String text = parser.getText();
      if (text.length() > maxLength) {
        throw new ProblemException(
            Code.INVALID_REQUEST,
            "`"
                + field
                + "` has "
                + text.length()
                + " characters; at most "
                + maxLength
                + " are allowed");
      }
      if (!isStorable(text)) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`" + field + "` contains U+0000 or an unpaired surrogate");
      }
      return text;
    } catch (IOException e) {
      throw invalid(e);
    }
  }

  /**
   * Returns whether every store and encoding can represent the text; JSON's escapes can express
   * more than they can.
   */
  private static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Returns the current value as a whole number in a range. */
  long number(String field, long min, long max) throws ProblemException {
    try {
      if (current() == JsonToken.VALUE_NUMBER_INT) {
        long value = parser.getLongValue();
        if (value >= min && value <= max) {
          return value;
        }
      }
    } catch (JsonParseException | com.fasterxml.jackson.core.exc.InputCoercionException e) {
      throw outOfRange(field, min, max);
    } catch (IOException e) {
      throw invalid(e);
    }
    throw outOfRange(field, min, max);
  }

  /**
   * Rejects any other value than an object.
   *
   * @param token the first of the value
   * @param what names the value at the beginning of a sentence
   */
  static void requireObject(@Nullable JsonToken token, String what) throws ProblemException {
    if (token != JsonToken.START_OBJECT) {
      throw new ProblemException(Code.INVALID_REQUEST, what + " must be a JSON object");
    }
  }

  /** Rejects any other current value than an array. */
  void requireArray(String field) throws ProblemException {
    if (current() != JsonToken.START_ARRAY) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be an array");
    }
  }

  /** Rejects a list that has become longer than allowed. */
  static void requireRoom(int size, int max, String field) throws ProblemException {
    if (size > max) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + field + "` has more than " + max + " elements");
    }
  }

  /**
   * Returns the refusal of a field that nobody reads, since a mistyped one would be ignored.
   *
   * @param known the fields that there are, in words
   */
  static ProblemException unknown(String field, String known) {
    return new ProblemException(
        Code.INVALID_REQUEST,
        "there is no field `" + PublishReader.abbreviate(field) + "`; there are " + known);
  }

  /** Rejects anything after the one value. */
  void requireEnd() throws ProblemException {
    if (next() != null) {
      throw new ProblemException(
          Code.INVALID_JSON, "there is more than one JSON value in the message");
    }
  }

  /** Returns whether bytes are UTF-8 (RFC 3629): no over-long forms, no surrogates. */
  private static boolean isWellFormed(byte[] utf8) {
    for (int i = 0; i < utf8.length; i++) {
      if (utf8[i] < 0) {
        try {
          var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
          return true;
        } catch (CharacterCodingException e) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw new IllegalStateException("a parser over an array has nothing to close", e);
    }
  }

  private static ProblemException outOfRange(String field, long min, long max) {
    return new ProblemException(
        Code.INVALID_REQUEST, "`" + field + "` must be a whole number from " + min + " to " + max);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private static ProblemException invalid(IOException e) {
    if (e instanceof StreamConstraintsException) {
      return new ProblemException(
          Code.INVALID_JSON,
          "the JSON is nested deeper than "
              + MAX_SKIPPED_DEPTH
              + " levels, a name in it is longer than "
              + MAX_NAME_BYTES
              + " bytes, or a number is too long");
    }
    if (e instanceof JsonEOFException) {
      return new ProblemException(Code.INVALID_JSON, "the message is incomplete");
    }
    if (e instanceof JsonParseException parse && parse.getLocation() != null) {
      return new ProblemException(
          Code.INVALID_JSON,
          "the JSON is not well-formed at line "
              + parse.getLocation().getLineNr()
              + ", column "
              + parse.getLocation().getColumnNr());
    }
    return new ProblemException(Code.INVALID_JSON, "the message is not JSON in UTF-8");
  }
}
