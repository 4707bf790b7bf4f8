package io.broadcasty.protocol.sse;

import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Cursor;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.Since;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request for a stream of events.
 *
 * @param channels names and patterns, each once
 * @param since the place in the streams to begin at
 * @param presence whether to report members too
 */
record SseRequest(List<String> channels, Since since, boolean presence) {

  private static final System.Logger LOG = System.getLogger(SseRequest.class.getName());

  static SseRequest of(StreamRequest request) throws ProblemException {
    List<String> channels = request.parameters("channel");
    if (channels.isEmpty()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`channel` is missing; give it once for each channel");
    }
    return new SseRequest(channels.stream().distinct().toList(), since(request), presence(request));
  }

  private static Since since(StreamRequest request) throws ProblemException {
    String cursor = request.header("Last-Event-ID");
    if (cursor == null || cursor.isBlank()) {
      cursor = request.parameter("lastEventId");
    }
    if (cursor != null && !cursor.isBlank()) {
      return after(cursor);
    }
    String last = request.parameter("last");
    if (last == null) {
      return fromSequence(request.parameter("fromSequence"));
    }
    if (request.parameter("fromSequence") != null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "give either `fromSequence` or `last`, not both");
    }
    return last(last);
  }

  /**
   * Returns the place after a cursor. A browser's {@code EventSource} sends the last id that it got
   * from whatever server, and gives up for good when it is refused.
   */
  private static Since after(String cursor) {
    try {
      return Cursor.parse(cursor);
    } catch (ProblemException e) {
      LOG.log(Level.DEBUG, "The id of the last event is not one of this server", e);
      return new Since.Unknown();
    }
  }

  private static boolean presence(StreamRequest request) throws ProblemException {
    String presence = request.parameter("presence");
    if (presence == null || presence.equals("false")) {
      return false;
    }
    if (presence.equals("true")) {
      return true;
    }
    throw new ProblemException(Code.INVALID_REQUEST, "`presence` must be true or false");
  }

  private static Since last(String last) throws ProblemException {
    try {
      int count = Integer.parseInt(last);
      if (count >= 1 && count <= Since.Last.MAX) {
        return new Since.Last(count);
      }
    } catch (NumberFormatException e) {
      LOG.log(Level.TRACE, "last is not a number", e);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`last` must be a whole number from 1 to " + Since.Last.MAX);
  }

  private static Since fromSequence(@Nullable String from) throws ProblemException {
    if (from == null) {
      return new Since.Live();
    }
    try {
      long sequence = Long.parseLong(from);
      if (sequence >= 0) {
        return new Since.FromSequence(sequence);
      }
    } catch (NumberFormatException e) {
      LOG.log(Level.TRACE, "fromSequence is not a number", e);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`fromSequence` must be a whole number, 0 or more");
  }
}
