package io.broadcasty.admin.tenant;

class FakeTenantRepositoryTest extends TenantRepositoryContract {

  private final FakeTenantRepository repository = new FakeTenantRepository();

  @Override
  protected TenantRepository repository() {
    return repository;
  }

  @Override
  protected TenantRepository otherNode() {
    return repository;
  }

  @Override
  protected void makeUnreachable() {
    repository.fault = new TenantStoreException("away", new IllegalStateException());
  }
}
