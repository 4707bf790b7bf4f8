package io.broadcasty.protocol.sse;

import io.broadcasty.session.EventProtocol;
import io.broadcasty.session.EventProtocolContract;

class SseProtocolTest extends EventProtocolContract {

  @Override
  protected EventProtocol protocol() {
    return new SseProtocol();
  }
}
