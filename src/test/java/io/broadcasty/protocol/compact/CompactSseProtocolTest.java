package io.broadcasty.protocol.compact;

import io.broadcasty.delivery.session.EventProtocol;
import io.broadcasty.delivery.session.EventProtocolContract;

class CompactSseProtocolTest extends EventProtocolContract {

  private static final CompactSseProtocol PROTOCOL = new CompactSseProtocol();

  @Override
  protected EventProtocol protocol() {
    return PROTOCOL;
  }
}
