package io.broadcasty.protocol.compact;

import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.PublishReader;
import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.MessageProtocolContract;

class CompactProtocolTest extends MessageProtocolContract {

  private static final CompactProtocol PROTOCOL =
      new CompactProtocol(new CommandReader(new PublishReader()));

  @Override
  protected MessageProtocol protocol() {
    return PROTOCOL;
  }
}
