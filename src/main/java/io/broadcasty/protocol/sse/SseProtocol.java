package io.broadcasty.protocol.sse;

import io.broadcasty.protocol.ProblemException;
import io.broadcasty.session.EventProtocol;
import io.broadcasty.session.StreamRequest;

/** Events that say everything: {@code protocol=v1}, and what a stream is without it. */
public final class SseProtocol implements EventProtocol {

  private static final EventEncoder ENCODER = new EventEncoder(new JsonDialect());

  @Override
  public String name() {
    return "v1";
  }

  @Override
  public Accepted accept(StreamRequest request) throws ProblemException {
    return accept(request, ENCODER);
  }

  /**
   * Reads what the client asks for, whatever the dialect.
   *
   * @throws ProblemException when it cannot be read
   */
  public static Accepted accept(StreamRequest request, EventEncoder encoder)
      throws ProblemException {
    SseRequest wanted = SseRequest.of(request);
    return (context, transport, caller, place) ->
        new SseSession(context, transport, caller, place, wanted, encoder);
  }
}
