package io.broadcasty.streams.broker;

import org.jspecify.annotations.Nullable;

/** Tests that the fake archive keeps the contract too. */
class MemoryArchiveTest extends ArchiveContract {

  private @Nullable MemoryArchive archive;

  @Override
  protected synchronized Archive open() {
    if (archive == null) {
      archive = new MemoryArchive(time, RETENTION);
    }
    return archive;
  }
}
