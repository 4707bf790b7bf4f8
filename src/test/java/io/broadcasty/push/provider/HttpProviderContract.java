package io.broadcasty.push.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of HTTP push providers, tested against fake services. */
public abstract class HttpProviderContract extends PushProviderContract {

  /** What services, and proxies before them, say besides that a device is gone. */
  private static final List<String> ANSWERS =
      List.of(
          "",
          "<html>registration token unregistered</html>",
          "{\"error\":{\"details\":[{\"errorCode\":\"SENDER_ID_MISMATCH\"}]}}",
          "{\"id\":\"\",\"errors\":[\"All included players are not subscribed\"]}",
          "{\"reason\":\"VapidPkHashMismatch\"}");

  private static final List<Integer> STATUSES =
      List.of(
          301, 302, 307, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 422,
          429, 431, 451, 500, 501, 502, 503, 504);

  protected final FakePushService service = FakePushService.http();

  /** A service over TLS, with a certificate that no client trusts. */
  protected final FakePushService untrusted = FakePushService.https();

  @AfterEach
  void stop() {
    service.close();
    untrusted.close();
  }

  /** Returns the statuses that mean, without a body, that a device is gone. */
  protected Set<Integer> removingStatuses() {
    return Set.of();
  }

  @Test
  void noOtherAnswerRemovesADevice() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    for (int status : STATUSES) {
      for (String body : ANSWERS) {
        service.answer(status, body);
        ProviderResponse outcome = outcome(provider, notification("Hello"));
        assertEquals(
            removingStatuses().contains(status),
            outcome instanceof ProviderResponse.Unregistered,
            () -> status + " " + body + ": " + outcome);
        assertFalse(outcome instanceof ProviderResponse.Accepted, outcome.toString());
      }
    }
  }

  @Override
  protected void hold() {
    service.hold();
  }

  @Override
  protected void release() {
    service.release();
  }

  @Override
  protected int received() {
    return service.requests().size() + untrusted.requests().size();
  }
}
