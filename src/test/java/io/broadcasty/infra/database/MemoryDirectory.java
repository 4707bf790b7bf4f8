package io.broadcasty.infra.database;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Directories for database files, in main memory where the system has room there: tables are
 * created ten times as quickly as on a disk, and the tests create thousands.
 */
final class MemoryDirectory {

  private static final File MEMORY = new File("/dev/shm");

  /** A container has 64 MB by default, too little for a database. */
  private static final long ROOM_BYTES = 2L << 30;

  private MemoryDirectory() {}

  static Path create(String prefix) {
    try {
      return MEMORY.canWrite() && MEMORY.getUsableSpace() > ROOM_BYTES
          ? Files.createTempDirectory(MEMORY.toPath(), prefix)
          : Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
