package io.broadcasty.protocol.json;

import io.broadcasty.protocol.CommandReader;
import io.broadcasty.session.MessageProtocol;
import io.broadcasty.session.StreamRequest;

/** The protocol {@code broadcasty.v1} over WebSocket. */
public final class NativeProtocol implements MessageProtocol {

  private final CommandReader reader;

  public NativeProtocol(CommandReader reader) {
    this.reader = reader;
  }

  @Override
  public String name() {
    return "broadcasty.v1";
  }

  @Override
  public Accepted accept(StreamRequest handshake) {
    return (context, transport) ->
        new NativeSession(context, transport, reader, JsonDialect.INSTANCE);
  }
}
