package io.broadcasty.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The codes of errors and stream ends that a client can receive; a test keeps them equal to {@code
 * protocol/codes.json}.
 */
public enum Code {
  UNAUTHORIZED(401, 4401, Retry.NO, "The token is missing or not valid"),
  TOKEN_EXPIRED(401, 4402, Retry.NO, "The token has expired; use a new one"),
  INVALID_SIGNATURE(401, 0, Retry.NO, "The signature is not that of this request by a valid key"),
  REPLAYED(401, 0, Retry.NO, "The request repeats a nonce, or its timestamp is too old or too new"),
  FORBIDDEN(403, 0, Retry.NO, "The channel policy does not allow this request"),
  TENANT_REFUSED(403, 4404, Retry.NO, "The tenant is suspended or does not exist"),
  ORIGIN_NOT_ALLOWED(403, 0, Retry.NO, "The origin is not allowed"),
  TLS_REQUIRED(403, 0, Retry.NO, "The request must come over TLS"),
  NOT_FOUND(404, 0, Retry.NO, "The resource does not exist"),
  METHOD_NOT_ALLOWED(405, 0, Retry.NO, "The resource does not support this method"),
  UPGRADE_REQUIRED(426, 0, Retry.NO, "The resource requires a WebSocket upgrade"),
  UNSUPPORTED_MEDIA_TYPE(415, 0, Retry.NO, "The body must be application/json"),
  INVALID_JSON(400, 0, Retry.NO, "The message is not well-formed JSON"),
  INVALID_REQUEST(400, 0, Retry.NO, "A field is missing or has an invalid value"),
  INVALID_CHANNEL(400, 0, Retry.NO, "The channel name is not valid"),
  UNKNOWN_COMMAND(400, 0, Retry.NO, "The command does not exist"),
  ALREADY_SUBSCRIBED(409, 0, Retry.NO, "The connection is already subscribed to the channel"),
  ALREADY_EXISTS(409, 0, Retry.NO, "A resource with this name exists already"),
  ROTATION_PENDING(409, 0, Retry.NO, "Two secrets of the key are valid already"),
  PRECONDITION_FAILED(412, 0, Retry.NO, "The resource has changed since it was read"),
  NOT_SUBSCRIBED(409, 0, Retry.NO, "The connection is not subscribed to the channel"),
  NOT_PRESENT(404, 0, Retry.NO, "The member is not present, or the caller did not join it"),
  TOO_MANY_MEMBERS(403, 0, Retry.NO, "The channel has reached its limit of members"),
  PAYLOAD_TOO_LARGE(413, 4413, Retry.NO, "The message is too large"),
  REQUEST_TIMEOUT(408, 4411, Retry.AFTER, "The message did not arrive in time"),
  TOO_MANY_ITEMS(413, 0, Retry.NO, "The batch has more items than allowed"),
  PUSH_OFF(404, 0, Retry.NO, "Push, or this push service, is not configured"),
  NO_DEVICE(404, 0, Retry.NO, "No named recipient has a device"),
  PUSH_QUOTA(429, 0, Retry.AFTER, "The tenant has reached its limit of notifications for today"),
  TOO_MANY_CHANNELS(403, 4403, Retry.NO, "The connection has reached its limit of channels"),
  CHANNEL_QUOTA(403, 0, Retry.NO, "The tenant has reached its limit of channels"),
  CONNECTION_LIMIT(
      429, 4430, Retry.AFTER, "The tenant or user has reached the limit of connections"),
  RATE_LIMITED(429, 4429, Retry.AFTER, "Too many requests"),
  MEMORY_LIMIT(429, 4431, Retry.AFTER, "The tenant has used its share of the node's memory"),
  OVERLOADED(503, 4505, Retry.AFTER, "The node has no room left for this request"),
  UNAVAILABLE(503, 4504, Retry.AFTER, "A service that the server needs is unavailable"),
  DRAINING(503, 4503, Retry.YES, "The node is shutting down; reconnect and resume"),
  SLOW_CONSUMER(
      0, 4408, Retry.YES, "The client is too slow; reconnect and resume from the last position"),
  DISCONNECTED(0, 4410, Retry.NO, "An administrator has ended the connection"),
  IDLE(0, 4409, Retry.YES, "The client was silent for too long"),
  PROTOCOL_ERROR(0, 4400, Retry.NO, "The frame does not follow the protocol"),
  INTERNAL_ERROR(500, 4500, Retry.AFTER, "An internal error occurred");

  /** Whether the same request may succeed later. */
  public enum Retry {
    /** The same request fails again. */
    NO,
    /** Try again at once. */
    YES,
    /** Wait before trying again. */
    AFTER;

    /** Returns the name in the protocol. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String wireName = name().toLowerCase(Locale.ROOT);
  private final int httpStatus;
  private final int closeCode;
  private final Retry retry;
  private final String title;

  Code(int status, int close, Retry retry, String title) {
    this.httpStatus = status;
    this.closeCode = close;
    this.retry = retry;
    this.title = title;
  }

  /** Returns the name in the protocol. */
  public String wireName() {
    return wireName;
  }

  /** Returns the code with this name in the protocol; null when there is none. */
  public static @Nullable Code fromWireName(String text) {
    for (Code code : values()) {
      if (code.wireName.equals(text)) {
        return code;
      }
    }
    return null;
  }

  /** Returns the HTTP status; 0 when the code never answers a request. */
  public int httpStatus() {
    return httpStatus;
  }

  /** Returns the WebSocket close code; 0 when the code never closes a stream. */
  public int closeCode() {
    return closeCode;
  }

  public Retry retry() {
    return retry;
  }

  /** Returns a description, the same for each occurrence. */
  public String title() {
    return title;
  }
}
