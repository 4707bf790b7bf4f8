package io.broadcasty.transport.edge;

import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes problem details (RFC 9457) as HTTP answers. */
public final class ProblemWriter {

  /** The media type of problem details (RFC 9457, section 3). */
  public static final String MEDIA_TYPE = "application/problem+json";

  private ProblemWriter() {}

  /** Writes a problem as the answer to a request. */
  public static void write(
      HttpServletRequest request, HttpServletResponse response, Problem problem)
      throws IOException {
    writeLater(response, problem, BearerChallenge.metadataUrl(request));
  }

  /**
   * Writes a problem on a thread that must not read the request any more.
   *
   * @param metadataUrl what {@link BearerChallenge#metadataUrl} has returned while it could be read
   */
  public static void writeLater(
      HttpServletResponse response, Problem problem, @Nullable String metadataUrl)
      throws IOException {
    write(response, problem, BearerChallenge.of(problem, metadataUrl));
  }

  /** Writes a problem with a challenge; null for none. */
  static void write(HttpServletResponse response, Problem problem, @Nullable String challenge)
      throws IOException {
    response.setStatus(problem.code().httpStatus());
    if (challenge != null) {
      response.setHeader(BearerChallenge.HEADER, challenge);
    }
    Long retryAfter = problem.retryAfterSeconds();
    if (retryAfter != null) {
      response.setHeader("Retry-After", retryAfter.toString());
    }
    response.setContentType(MEDIA_TYPE);
    body(response, document(problem, requestId(response)));
  }

  /**
   * Returns a problem as a document whose {@code type} is the page about its code, with the id of
   * the request that this thread is serving.
   */
  public static String document(Problem problem) {
    return document(problem, RequestId.current());
  }

  /** Returns the id of the request that is answered, on any thread; null where it has none. */
  public static @Nullable String requestId(HttpServletResponse response) {
    return response.getHeader(RequestIds.HEADER);
  }

  private static String document(Problem problem, @Nullable String requestId) {
    return JsonWriter.problemDocument(problem, ProblemTypes.of(problem.code()), requestId);
  }

  /** Writes a whole body with its length. */
  public static void body(HttpServletResponse response, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(utf8.length);
    response.getOutputStream().write(utf8);
  }

  /** Sets the headers for the state of a rate limit (draft-ietf-httpapi-ratelimit-headers). */
  public static void rateLimit(HttpServletResponse response, RateLimiter.Verdict verdict) {
    String name = '"' + verdict.scope().label() + '"';
    response.setHeader("RateLimit-Policy", name + ";q=" + verdict.limit());
    long seconds = (verdict.retryAfter().toMillis() + 999) / 1000;
    response.setHeader("RateLimit", name + ";r=" + verdict.remaining() + ";t=" + seconds);
  }
}
