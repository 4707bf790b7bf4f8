package io.broadcasty.transport.http;

import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.wire.KeyRequestReader;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/** Reads how a secret is to be replaced: that of an API key, an app or a webhook. */
final class RotationRequest {

  private static final long DEFAULT_OVERLAP_SECONDS = Duration.ofDays(1).toSeconds();
  private static final long MAX_OVERLAP_SECONDS = Duration.ofDays(30).toSeconds();

  private RotationRequest() {}

  /**
   * Reads the body, which may be empty: both secrets are then valid for a day.
   *
   * @throws ProblemException when it is not such a request
   */
  static KeyRequestReader.Rotation read(HttpServletRequest request, EdgeSettings settings)
      throws ProblemException {
    if (BodyRequest.bytes(request).length > 0) {
      RequestBody.requireJson(request);
    }
    return KeyRequestReader.readRotation(
        RequestBody.read(request, settings), DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS);
  }
}
