package io.broadcasty.protocol;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The codes a client can meet; the twin of {@code protocol/codes.json}, held in step by a test. */
public enum Code {
  UNAUTHORIZED(401, 4401, Retry.NO, "The token is missing or not valid"),
  TOKEN_EXPIRED(401, 4402, Retry.NO, "The token has expired: connect or refresh with a new one"),
  REPLAYED(401, 0, Retry.NO, "This request was sent before, or too long ago"),
  FORBIDDEN(403, 0, Retry.NO, "The channel policy does not allow this"),
  ORIGIN_NOT_ALLOWED(403, 0, Retry.NO, "This Origin is not on the allowlist"),
  NOT_FOUND(404, 0, Retry.NO, "There is nothing at this address"),
  METHOD_NOT_ALLOWED(405, 0, Retry.NO, "This address does not take this method"),
  UPGRADE_REQUIRED(426, 0, Retry.NO, "This address is a WebSocket"),
  UNSUPPORTED_MEDIA_TYPE(415, 0, Retry.NO, "The body must be application/json"),
  INVALID_JSON(400, 0, Retry.NO, "The message is not well-formed JSON"),
  INVALID_REQUEST(400, 0, Retry.NO, "A field is missing or has a wrong value"),
  INVALID_CHANNEL(400, 0, Retry.NO, "The channel name is not valid"),
  UNKNOWN_COMMAND(400, 0, Retry.NO, "There is no such command"),
  ALREADY_SUBSCRIBED(409, 0, Retry.NO, "This connection is subscribed to the channel already"),
  NOT_SUBSCRIBED(409, 0, Retry.NO, "This connection is not subscribed to the channel"),
  NOT_PRESENT(404, 0, Retry.NO, "This member is not present, or not by your doing"),
  TOO_MANY_MEMBERS(403, 0, Retry.NO, "The channel has as many members as it may"),
  PAYLOAD_TOO_LARGE(413, 4413, Retry.NO, "The message is larger than the cap"),
  TOO_MANY_ITEMS(413, 0, Retry.NO, "The batch has more items than allowed"),
  PUSH_OFF(404, 0, Retry.NO, "Push, or this push service, is not configured"),
  NO_DEVICE(404, 0, Retry.NO, "Nobody named has a device"),
  PUSH_QUOTA(429, 0, Retry.AFTER, "The tenant has sent as many notifications today as it may"),
  TOO_MANY_CHANNELS(403, 4403, Retry.NO, "The connection has as many channels as it may"),
  CONNECTION_LIMIT(429, 4430, Retry.AFTER, "The tenant or user has as many connections as it may"),
  RATE_LIMITED(429, 4429, Retry.AFTER, "Too many requests: slow down"),
  UNAVAILABLE(503, 4504, Retry.AFTER, "The store cannot take this now"),
  DRAINING(503, 4503, Retry.YES, "The node is shutting down: reconnect and resume"),
  SLOW_CONSUMER(
      0, 4408, Retry.YES, "Too slow for the stream: come back and resume from the last position"),
  DISCONNECTED(0, 4410, Retry.NO, "An administrator has ended the connection"),
  IDLE(0, 4409, Retry.YES, "No sign of life from the client in time"),
  PROTOCOL_ERROR(0, 4400, Retry.NO, "The frame does not follow the protocol"),
  INTERNAL_ERROR(500, 4500, Retry.AFTER, "Something went wrong on the server");

  /** Whether the same request may succeed later. */
  public enum Retry {
    /** It will fail again. */
    NO,
    /** Come back at once. */
    YES,
    /** Wait first. */
    AFTER;

    /** As the protocol spells it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String text = name().toLowerCase(Locale.ROOT);
  private final int status;
  private final int close;
  private final Retry retry;
  private final String title;

  Code(int status, int close, Retry retry, String title) {
    this.status = status;
    this.close = close;
    this.retry = retry;
    this.title = title;
  }

  /** As the protocol spells it. */
  public String text() {
    return text;
  }

  /** The code that the protocol spells so; null when there is none. */
  public static @Nullable Code ofText(String text) {
    for (Code code : values()) {
      if (code.text.equals(text)) {
        return code;
      }
    }
    return null;
  }

  /** The HTTP status; 0 when it never answers a request. */
  public int status() {
    return status;
  }

  /** The WebSocket close code; 0 when it never closes a stream. */
  public int close() {
    return close;
  }

  public Retry retry() {
    return retry;
  }

  /** What it means, the same for each occurrence. */
  public String title() {
    return title;
  }
}
