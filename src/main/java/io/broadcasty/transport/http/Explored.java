package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.explorer.BusyException;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.SortedSet;

/** What the answers of the explorers have in common. */
final class Explored {

  private static final System.Logger LOG = System.getLogger(Explored.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private Explored() {}

  /** Returns the answer of a call, or the response for what prevents it. */
  static Response answer(ProblemResponses.Call call) {
    try {
      return ProblemResponses.answer(call);
    } catch (BusyException e) {
      LOG.log(Level.DEBUG, "Too many administrators explore at once", e);
      return ProblemResponses.of(
          new Problem(Code.OVERLOADED, "others ask this node too much; retry", RETRY_AFTER));
    } catch (BrokerException | PresenceException e) {
      LOG.log(Level.DEBUG, "Cannot read the store for an administrator", e);
      return ProblemResponses.of(
          new Problem(Code.UNAVAILABLE, "the store cannot be read now; retry", RETRY_AFTER));
    }
  }

  /** Writes which nodes did not answer in time. */
  static void writeMissing(JsonGenerator json, SortedSet<String> nodes) throws IOException {
    json.writeArrayFieldStart("missing");
    for (String node : nodes) {
      json.writeString(node);
    }
    json.writeEndArray();
  }
}
