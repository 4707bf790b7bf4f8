package io.broadcasty.protocol.json;

import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageProtocolContract;
import io.broadcasty.delivery.session.TestNode;

class NativeProtocolTest extends MessageProtocolContract {

  @Override
  protected MessageProtocol protocol() {
    return TestNode.PROTOCOL;
  }
}
