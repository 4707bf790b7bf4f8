package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.session.EventProtocol;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.wire.ProblemException;

/** Version 1 of the protocol over Server-Sent Events: {@code protocol=v1}, which is the default. */
@ThreadSafe
public final class SseProtocol implements EventProtocol {

  private static final EventEncoder ENCODER = new EventEncoder(new JsonEventDialect());

  @Override
  public String name() {
    return "v1";
  }

  @Override
  public Accepted accept(StreamRequest request) throws ProblemException {
    return accept(request, ENCODER);
  }

  /**
   * Reads the request, whatever the dialect.
   *
   * @throws ProblemException when it is not valid
   */
  public static Accepted accept(StreamRequest request, EventEncoder encoder)
      throws ProblemException {
    SseRequest wanted = SseRequest.of(request);
    return (context, transport, caller, place) ->
        new SseSession(context, transport, caller, place, wanted, encoder);
  }
}
