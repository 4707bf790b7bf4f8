package io.broadcasty.push;

import org.junit.jupiter.api.AfterEach;

/** The contract of a provider that speaks HTTP, against stand-ins for its service. */
public abstract class HttpProviderContract extends PushProviderContract {

  protected final StandIn service = StandIn.http();

  /** Over TLS, with a certificate that nobody trusts. */
  protected final StandIn untrusted = StandIn.https();

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
