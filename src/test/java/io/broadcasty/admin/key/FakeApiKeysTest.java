package io.broadcasty.admin.key;

/** Runs the contract on the fake, so that tests which use it can trust it. */
class FakeApiKeysTest extends ApiKeyRepositoryContract {

  private final FakeApiKeys keys = new FakeApiKeys(CLOCK);

  @Override
  protected ApiKeyRepository repository() {
    return keys;
  }

  @Override
  protected ApiKeySource source() {
    return keys;
  }

  @Override
  protected void makeUnreachable() {
    keys.fault = new KeyStoreException("away", new IllegalStateException());
  }
}
