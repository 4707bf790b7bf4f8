package io.broadcasty.push.provider;

import org.junit.jupiter.api.AfterEach;

/** The contract of HTTP push providers, tested against fake services. */
public abstract class HttpProviderContract extends PushProviderContract {

  protected final FakePushService service = FakePushService.http();

  /** A service over TLS, with a certificate that no client trusts. */
  protected final FakePushService untrusted = FakePushService.https();

  @AfterEach
  void stop() {
    service.close();
    untrusted.close();
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
