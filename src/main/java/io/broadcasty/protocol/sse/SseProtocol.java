package io.broadcasty.protocol.sse;

import io.broadcasty.protocol.ProblemException;
import io.broadcasty.session.EventProtocol;
import io.broadcasty.session.StreamRequest;

/** Events that say everything: {@code protocol=v1}, and what a stream is without it. */
public final class SseProtocol implements EventProtocol {

  @Override
  public String name() {
    return "v1";
  }

  @Override
  public Accepted accept(StreamRequest request) throws ProblemException {
    SseRequest wanted = SseRequest.of(request);
    return (context, transport, caller, place) ->
        new SseSession(context, transport, caller, place, wanted);
  }
}
