package io.broadcasty.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The protocol's test vectors, which server and clients share. */
final class Vectors {

  private Vectors() {}

  /** Reads a file of {@code protocol/vectors}. */
  static Json read(String file) {
    try {
      return Json.parse(Files.readString(Path.of("../../protocol/vectors", file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a text of a vector, which may be an array of parts. */
  static String text(Json text) {
    if (!text.isArray()) {
      return text.asString();
    }
    StringBuilder out = new StringBuilder();
    for (Json part : text.items()) {
      out.append(
          part.isObject()
              ? part.get("repeat")
                  .orElseThrow()
                  .asString()
                  .repeat((int) part.get("times").orElseThrow().asLong())
              : part.asString());
    }
    return out.toString();
  }
}
