package io.broadcasty.webhook.sending;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Port: posts messages to endpoints. No method blocks. */
@ThreadSafe
public interface WebhookClient {

  /**
   * Posts JSON. Cancelling the result ends the call.
   *
   * @return completes with the answer; never exceptionally, except when it is cancelled
   */
  CompletableFuture<Answer> post(String url, Map<String, String> headers, String body);

  /**
   * An answer, or that there was none.
   *
   * @param status 0 for none
   * @param failure why there is none; null when there is one
   * @param text the beginning of the body
   * @param retryAfter what the answer asks for; null for nothing
   */
  record Answer(int status, @Nullable String failure, String text, @Nullable Duration retryAfter) {

    /** Returns that there was no answer, for a reason without an address. */
    static Answer none(String reason) {
      return new Answer(0, reason, "", null);
    }

    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    /** Omits the text, which others have written. */
    @Override
    public String toString() {
      return failure == null ? Integer.toString(status) : failure;
    }
  }
}
