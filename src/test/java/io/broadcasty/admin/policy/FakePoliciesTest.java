package io.broadcasty.admin.policy;

/** Keeps the fake true to the contract. */
class FakePoliciesTest extends PolicyRepositoryContract {

  private final FakePolicies policies = new FakePolicies();

  @Override
  protected PolicyRepository repository() {
    return policies;
  }

  @Override
  protected PolicySource source() {
    return policies;
  }

  @Override
  protected void makeUnreachable() {
    policies.fault = new PolicyStoreException("away", new IllegalStateException());
  }
}
