package io.broadcasty.admin.revocation;

/** Runs the contract on the fake, so that tests which use it can trust it. */
class FakeRevocationsTest extends RevocationRepositoryContract {

  private final FakeRevocations revocations = new FakeRevocations();

  @Override
  protected RevocationRepository repository() {
    return revocations;
  }

  @Override
  protected RevocationSource source() {
    return revocations;
  }

  @Override
  protected void makeUnreachable() {
    revocations.fault = new RevocationStoreException("away", new IllegalStateException());
  }
}
