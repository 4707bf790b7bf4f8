package io.broadcasty.admin.audit;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries of the audit log that are written one after the other, the latest first. Holds one page
 * of them in memory, and no transaction while it writes.
 */
public final class AuditExport implements AutoCloseable {

  private static final int PAGE = 200;

  private final AuditReader reader;
  private final AuditFilter filter;
  private final Runnable release;
  private @Nullable List<AuditEntry> first;

  /** Takes one entry after the other. */
  @FunctionalInterface
  public interface Sink {
    void write(AuditEntry entry) throws IOException;
  }

  /**
   * Reads the first page, so that a store that does not answer is noticed before anything is
   * written.
   *
   * @param release called once the export has ended
   */
  AuditExport(AuditReader reader, AuditFilter filter, Runnable release) {
    this.reader = reader;
    this.filter = filter;
    this.release = release;
    this.first = reader.page(filter, null, PAGE);
  }

  /**
   * Writes all entries, once.
   *
   * @throws IOException when the sink does
   * @throws AuditStoreException when the store does not answer any more; the export is incomplete
   */
  public void writeTo(Sink sink) throws IOException {
    List<AuditEntry> page = first;
    if (page == null) {
      throw new IllegalStateException("the export has been written");
    }
    first = null;
    while (true) {
      for (AuditEntry entry : page) {
        sink.write(entry);
      }
      if (page.size() < PAGE) {
        return;
      }
      page = reader.page(filter, page.get(page.size() - 1).cursor(), PAGE);
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
