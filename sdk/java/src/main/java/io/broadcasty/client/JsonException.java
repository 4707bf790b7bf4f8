package io.broadcasty.client;

/** A text is not JSON, or is not the JSON that was expected. The message says where and why. */
public final class JsonException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }

  JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}
