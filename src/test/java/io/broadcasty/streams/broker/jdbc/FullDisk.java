package io.broadcasty.streams.broker.jdbc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A disk for H2, {@code jdbc:h2:fulldisk:…}, that can be full. */
public final class FullDisk extends FilePathWrapper {

  static final String SCHEME = "fulldisk";

  private static volatile boolean full;

  static void register() {
    FilePath.register(new FullDisk());
  }

  static void set(boolean isFull) {
    full = isFull;
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Channel(super.open(mode));
  }

  private static final class Channel extends FileBaseDefault {
    private final FileChannel real;

    Channel(FileChannel real) {
      this.real = real;
    }

    @Override
    public synchronized int write(ByteBuffer bytes, long position) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      return real.write(bytes, position);
    }

    @Override
    public synchronized int read(ByteBuffer bytes, long position) throws IOException {
      return real.read(bytes, position);
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      real.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      real.force(metaData);
    }

    @Override
    public synchronized FileLock tryLock(long position, long size, boolean shared)
        throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
