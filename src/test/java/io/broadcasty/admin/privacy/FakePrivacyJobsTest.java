package io.broadcasty.admin.privacy;

class FakePrivacyJobsTest extends PrivacyJobsContract {

  private final FakePrivacyJobs jobs = new FakePrivacyJobs(time);

  @Override
  protected PrivacyJobs open() {
    return jobs;
  }

  @Override
  protected long nowMillis() {
    return time.nowMillis();
  }

  @Override
  protected void passLeases() {
    time.advance(LEASE.plusSeconds(1));
  }
}
