package io.broadcasty.transport.http;

import io.broadcasty.transport.body.BodyCap;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.body.MediaType;
import io.broadcasty.transport.edge.BodyBytes;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;

/** Takes a request's body, which the edge has read, and checks its type and its length. */
final class RequestBody {

  private RequestBody() {}

  static void requireJson(HttpServletRequest request) throws ProblemException {
    if (!MediaType.isJson(request.getContentType())) {
      throw new ProblemException(
          Code.UNSUPPORTED_MEDIA_TYPE, "send JSON with `Content-Type: application/json`");
    }
  }

  /**
   * Returns the body. A single publication may be as long as the payload cap allows, an array as
   * long as a message.
   */
  static byte[] read(HttpServletRequest request, EdgeSettings settings) throws ProblemException {
    return read(request, settings, settings.maxSingleBytes());
  }

  /**
   * Returns the body of a tenant with a cap of its own for a single publication.
   *
   * @param maxSingleBytes the longest body with a single publication
   */
  static byte[] read(HttpServletRequest request, EdgeSettings settings, int maxSingleBytes)
      throws ProblemException {
    byte[] body = BodyRequest.bytes(request);
    int cap = new BodyCap(settings.maxMessageBytes(), maxSingleBytes).of(body, body.length);
    if (body.length > cap) {
      throw new ProblemException(BodyCap.tooLarge(cap));
    }
    BodyBytes.charge(request, body.length);
    return body;
  }
}
