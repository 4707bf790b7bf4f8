package io.broadcasty.protocol.json;

import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.MessageProtocolContract;
import io.broadcasty.session.Node;

class NativeProtocolTest extends MessageProtocolContract {

  @Override
  protected MessageProtocol protocol() {
    return Node.PROTOCOL;
  }
}
