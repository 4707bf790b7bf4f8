package io.broadcasty.transport.sse;

import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Cursor;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.Since;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a stream asks for.
 *
 * @param channels names and patterns, each once
 * @param since from where
 * @param presence whether members are wanted too
 */
record StreamRequest(List<String> channels, Since since, boolean presence) {

  private static final Logger LOG = Logger.getLogger(StreamRequest.class.getName());

  static StreamRequest of(HttpServletRequest request) throws ProblemException {
    String[] channels = request.getParameterValues("channel");
    if (channels == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`channel` is missing; give it once for each channel");
    }
    return new StreamRequest(
        List.of(channels).stream().distinct().toList(), since(request), presence(request));
  }

  private static Since since(HttpServletRequest request) throws ProblemException {
    String cursor = request.getHeader("Last-Event-ID");
    if (cursor == null || cursor.isBlank()) {
      cursor = request.getParameter("lastEventId");
    }
    if (cursor != null && !cursor.isBlank()) {
      return Cursor.parse(cursor);
    }
    return fromSequence(request.getParameter("fromSequence"));
  }

  private static boolean presence(HttpServletRequest request) throws ProblemException {
    String presence = request.getParameter("presence");
    if (presence == null || presence.equals("false")) {
      return false;
    }
    if (presence.equals("true")) {
      return true;
    }
    throw new ProblemException(Code.INVALID_REQUEST, "`presence` must be true or false");
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
      LOG.log(Level.FINEST, "not a number", e);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`fromSequence` must be a whole number, 0 or more");
  }
}
