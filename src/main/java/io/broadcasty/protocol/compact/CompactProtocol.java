package io.broadcasty.protocol.compact;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.session.MessageProtocol;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.protocol.json.NativeSession;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.ProblemException;
import java.util.List;
import java.util.stream.IntStream;

/** The protocol {@code broadcasty.v2} over WebSocket. */
@ThreadSafe
public final class CompactProtocol implements MessageProtocol {

  private final CommandReader reader;
  private final List<CompactDialect> dialects =
      IntStream.range(0, IncludedFields.VARIANTS)
          .mapToObj(index -> new CompactDialect(IncludedFields.at(index)))
          .toList();

  public CompactProtocol(CommandReader reader) {
    this.reader = reader;
  }

  @Override
  public String name() {
    return "broadcasty.v2";
  }

  @Override
  public boolean joinsMessages() {
    return true;
  }

  @Override
  public Accepted accept(StreamRequest handshake) throws ProblemException {
    CompactDialect dialect = dialects.get(IncludedFields.of(handshake).index());
    return (context, transport) -> new NativeSession(context, transport, reader, dialect);
  }
}
