package io.broadcasty.streams.broker;

class MemorySpoolTest extends SpoolContract {

  private final MemorySpool spool = new MemorySpool();

  @Override
  protected Spool open() {
    return spool;
  }
}
