package io.broadcasty.protocol.compact;

import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.MessageProtocolContract;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.PublishReader;

class CompactProtocolTest extends MessageProtocolContract {

  private static final CompactProtocol PROTOCOL =
      new CompactProtocol(new CommandReader(new PublishReader()));

  @Override
  protected MessageProtocol protocol() {
    return PROTOCOL;
  }
}
