package io.broadcasty.toy;

import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.MessageProtocolContract;

class ToyProtocolContractTest extends MessageProtocolContract {

  @Override
  protected MessageProtocol protocol() {
    return new ToyProtocol();
  }
}
