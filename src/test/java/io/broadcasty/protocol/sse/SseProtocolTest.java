package io.broadcasty.protocol.sse;

import io.broadcasty.delivery.session.EventProtocol;
import io.broadcasty.delivery.session.EventProtocolContract;

class SseProtocolTest extends EventProtocolContract {

  @Override
  protected EventProtocol protocol() {
    return new SseProtocol();
  }
}
