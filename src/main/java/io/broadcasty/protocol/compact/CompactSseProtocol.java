package io.broadcasty.protocol.compact;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.delivery.session.EventProtocol;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.protocol.sse.EventEncoder;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.wire.ProblemException;
import java.util.List;
import java.util.stream.IntStream;

/** Version 2 of the protocol over Server-Sent Events: {@code protocol=v2}. */
@ThreadSafe
public final class CompactSseProtocol implements EventProtocol {

  private final List<EventEncoder> encoders =
      IntStream.range(0, IncludedFields.VARIANTS)
          .mapToObj(index -> new EventEncoder(new CompactEventDialect(IncludedFields.at(index))))
          .toList();

  @Override
  public String name() {
    return "v2";
  }

  @Override
  public Accepted accept(StreamRequest request) throws ProblemException {
    return SseProtocol.accept(request, encoders.get(IncludedFields.of(request).index()));
  }
}
