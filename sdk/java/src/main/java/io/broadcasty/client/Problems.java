package io.broadcasty.client;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Reads why the server refuses something. */
final class Problems {

  /** Longer waits are cut: a wrong clock of a proxy must not stop a client for days. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

  private Problems() {}

  /** Reads an error of a reply, of a batch, or a problem+json. */
  static BroadcastyException read(Json error) {
    String code = error.get("code").map(Json::asString).orElse(BroadcastyException.UNEXPECTED);
    int status = error.get("status").map(found -> (int) found.asLong()).orElse(0);
    Duration retryAfter =
        error.get("retryAfter").map(found -> seconds(found.asNumber().doubleValue())).orElse(null);
    String detail =
        error
            .get("detail")
            .or(() -> error.get("title"))
            .map(Json::asString)
            .orElse("the server gave no reason");
    return new BroadcastyException(code, status, retryAfter, code + ": " + detail);
  }

  /** Reads the answer of a server, or of something before it. */
  static BroadcastyException read(HttpResponse<String> answer) {
    if (answer.headers().firstValue("content-type").orElse("").contains("json")) {
      try {
        Json problem = Json.parse(answer.body());
        if (problem.isObject() && problem.get("code").isPresent()) {
          return read(problem);
        }
      } catch (JsonException e) {
        return unexpected(answer.statusCode(), answer.headers(), answer.uri() + " is not JSON");
      }
    }
    return unexpected(
        answer.statusCode(),
        answer.headers(),
        "the answer of "
            + answer.uri().getHost()
            + " has the status "
            + answer.statusCode()
            + " and is not Broadcasty's: is the address right, and does a proxy answer?");
  }

  /** Returns the error of an answer without a readable body, such as that of a handshake. */
  static BroadcastyException unexpected(int status, HttpHeaders headers, String message) {
    String code =
        switch (status) {
          case 401 -> "unauthorized";
          case 403 -> "forbidden";
          case 429 -> "rate_limited";
          case 503 -> "unavailable";
          default -> BroadcastyException.UNEXPECTED;
        };
    return new BroadcastyException(code, status, retryAfter(headers), message);
  }

  private static Duration retryAfter(HttpHeaders headers) {
    String text = headers.firstValue("retry-after").orElse("").strip();
    if (text.isEmpty()) {
      return null;
    }
    try {
      return seconds(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return untilDate(text);
    }
  }

  private static Duration untilDate(String text) {
    try {
      Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return bounded(Duration.between(Instant.now(), date));
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static Duration seconds(double seconds) {
    return bounded(Duration.ofMillis((long) Math.min(seconds * 1000, 1e12)));
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait;
  }
}
