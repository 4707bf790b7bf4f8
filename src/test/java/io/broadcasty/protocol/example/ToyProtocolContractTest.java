package io.broadcasty.protocol.example;

import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageProtocolContract;

class ToyProtocolContractTest extends MessageProtocolContract {

  @Override
  protected MessageProtocol protocol() {
    return new ToyProtocol();
  }
}
