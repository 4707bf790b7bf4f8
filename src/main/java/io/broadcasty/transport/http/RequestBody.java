package io.broadcasty.transport.http;

import io.broadcasty.transport.edge.BodyBytes;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a request's body up to its cap, and no further. */
final class RequestBody {

  private static final int FIRST_READ = 2048;

  private RequestBody() {}

  static void requireJson(HttpServletRequest request) throws ProblemException {
    String type = request.getContentType();
    if (type == null || !type.regionMatches(true, 0, "application/json", 0, 16)) {
      throw new ProblemException(
          Code.UNSUPPORTED_MEDIA_TYPE, "send JSON with `Content-Type: application/json`");
    }
  }

  /**
   * Reads a body. A single publication may be as long as the payload cap allows, an array as long
   * as a message.
   */
  static byte[] read(HttpServletRequest request, EdgeSettings settings)
      throws IOException, ProblemException {
    return read(request, settings, settings.maxSingleBytes());
  }

  /**
   * Reads a body of a tenant with a cap of its own for a single publication.
   *
   * @param maxSingleBytes the longest body with a single publication
   */
  static byte[] read(HttpServletRequest request, EdgeSettings settings, int maxSingleBytes)
      throws IOException, ProblemException {
    long announced = request.getContentLengthLong();
    if (announced > settings.maxMessageBytes()) {
      throw tooLarge(settings.maxMessageBytes());
    }
    byte[] buffer = new byte[announced > 0 ? (int) announced + 1 : FIRST_READ];
    int length = 0;
    int cap = settings.maxMessageBytes();
    try (InputStream in = request.getInputStream()) {
      while (true) {
        int read = in.read(buffer, length, buffer.length - length);
        if (read < 0) {
          BodyBytes.charge(request, length);
          return Arrays.copyOf(buffer, length);
        }
        if (length == 0 && read > 0) {
          cap = isArray(buffer, read) ? settings.maxMessageBytes() : maxSingleBytes;
        }
        length += read;
        if (length > cap || announced > cap) {
          throw tooLarge(cap);
        }
        if (length == buffer.length) {
          buffer = Arrays.copyOf(buffer, Math.min(cap + 1, length * 2));
        }
      }
    }
  }

  private static boolean isArray(byte[] buffer, int length) {
    for (int i = 0; i < length; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\n' && buffer[i] != '\r' && buffer[i] != '\t') {
        return buffer[i] == '[';
      }
    }
    return false;
  }

  private static ProblemException tooLarge(int cap) {
    return new ProblemException(
        Code.PAYLOAD_TOO_LARGE,
        "the body is longer than " + cap + " bytes; send less, or a reference");
  }
}
