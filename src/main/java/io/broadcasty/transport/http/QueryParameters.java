package io.broadcasty.transport.http;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Reads query parameters. */
final class QueryParameters {

  private static final System.Logger LOG = System.getLogger(QueryParameters.class.getName());

  private static final int DEFAULT_PAGE = 100;

  private QueryParameters() {}

  static String required(String name, @Nullable String text) throws ProblemException {
    if (text == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + name + "` is missing");
    }
    return text;
  }

  /** Returns how many things a page of administrators has: {@code limit}, by default 100. */
  static int pageSize(@Nullable String limit, int max) throws ProblemException {
    return (int) number("limit", limit, DEFAULT_PAGE, 1, max);
  }

  /** Returns whether a parameter is {@code true}; it is {@code false} by default. */
  static boolean flag(String name, @Nullable String text) throws ProblemException {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + name + "` must be `true` or `false`");
    }
    return true;
  }

  static ChannelName channel(String text) throws ProblemException {
    try {
      return new ChannelName(text);
    } catch (InvalidChannelException e) {
      throw new ProblemException(ProblemMapper.invalidChannel(e));
    }
  }

  static long number(String name, @Nullable String text, long absent, long min, long max)
      throws ProblemException {
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      LOG.log(Level.TRACE, "Not a number", e);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`" + name + "` must be a whole number from " + min + " to " + max);
  }
}
