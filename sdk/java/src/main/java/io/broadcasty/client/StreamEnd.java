package io.broadcasty.client;

import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Why a connection of a stream has ended, and whether another one may serve it.
 *
 * @param retry whether to connect again
 * @param delay how long to wait at least
 * @param cause the reason
 */
record StreamEnd(Retry retry, Duration delay, BroadcastyException cause) {

  enum Retry {
    /** The same would happen again. */
    NO,
    /** With a new token. */
    NEW_TOKEN,
    /** At once. */
    NOW,
    /** After a wait. */
    LATER
  }

  /** Returns the end that the server has announced ({@code end}). */
  static StreamEnd announced(Json push) {
    BroadcastyException cause = Problems.read(push);
    Retry retry =
        switch (push.get("retry").map(Json::asString).orElse("after")) {
          case "no" -> isAboutToken(cause.code()) ? Retry.NEW_TOKEN : Retry.NO;
          case "yes" -> Retry.NOW;
          default -> Retry.LATER;
        };
    return new StreamEnd(retry, cause.retryAfter().orElse(Duration.ZERO), cause);
  }

  /** Returns the end that a close code stands for, where nothing was announced. */
  static StreamEnd closed(int code, String reason) {
    String text =
        "the server closed the stream with " + code + (reason.isEmpty() ? "" : ": ") + reason;
    return switch (code) {
      case 4400, 4403, 4404, 4410, 4413, 1009 -> end(Retry.NO, name(reason), text);
      case 4401, 4402 -> end(Retry.NEW_TOKEN, name(reason), text);
      case 4411, 4429, 4430, 4431, 4500, 4504, 4505 -> end(Retry.LATER, name(reason), text);
      default -> end(Retry.NOW, BroadcastyException.UNREACHABLE, text);
    };
  }

  /** Returns the end of a connection that broke. */
  static StreamEnd broken(Throwable failure) {
    BroadcastyException cause =
        failure instanceof BroadcastyException known
            ? known
            : new BroadcastyException(
                BroadcastyException.UNREACHABLE, 0, null, "the stream broke: " + failure, failure);
    return new StreamEnd(Retry.NOW, Duration.ZERO, cause);
  }

  /**
   * Returns the end by a handshake that was refused. What a server or proxy answers while the
   * application starts, such as 404 or 502, says nothing about the request.
   */
  static StreamEnd handshakeRefused(HttpResponse<?> answer) {
    int status = answer.statusCode();
    BroadcastyException cause =
        Problems.unexpected(
            status, answer.headers(), "the server refused the stream with status " + status);
    Retry retry =
        switch (status) {
          case 401 -> Retry.NEW_TOKEN;
          case 403 -> Retry.NO;
          default -> Retry.LATER;
        };
    return new StreamEnd(retry, cause.retryAfter().orElse(Duration.ZERO), cause);
  }

  /** Returns the end by a request that the server has refused. */
  static StreamEnd refused(BroadcastyException cause) {
    Retry retry =
        cause.isTemporary() ? Retry.LATER : isAboutToken(cause.code()) ? Retry.NEW_TOKEN : Retry.NO;
    return new StreamEnd(retry, cause.retryAfter().orElse(Duration.ZERO), cause);
  }

  private static StreamEnd end(Retry retry, String code, String text) {
    return new StreamEnd(retry, Duration.ZERO, new BroadcastyException(code, 0, null, text));
  }

  private static boolean isAboutToken(String code) {
    return code.equals("token_expired") || code.equals("unauthorized");
  }

  /** Returns the code that a reason begins with, as in {@code payload_too_large: …}. */
  private static String name(String reason) {
    String word = reason.split("[:\\s]", 2)[0];
    return word.isEmpty() ? BroadcastyException.UNEXPECTED : word;
  }
}
