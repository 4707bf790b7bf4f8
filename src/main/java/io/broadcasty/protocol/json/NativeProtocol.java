package io.broadcasty.protocol.json;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.wire.CommandReader;

/** The protocol {@code broadcasty.v1} over WebSocket. */
@ThreadSafe
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
