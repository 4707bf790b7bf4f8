package io.broadcasty.outbox;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The use case: administrators see the outboxes that this node reads, and decide on rows that were
 * set aside. Where a tenant is given, the source must be that tenant's; null stands for any.
 */
@ThreadSafe
public final class OutboxAdministration {

  /** The most rows of a page. */
  public static final int MAX_PAGE = 1000;

  private final List<OutboxReader> readers;

  /** Creates the use case for the readers of this node. */
  public OutboxAdministration(List<OutboxReader> readers) {
    this.readers = List.copyOf(readers);
  }

  /** Returns the readers of a tenant's sources. */
  public List<OutboxReader> sources(@Nullable TenantId tenant) {
    return readers.stream()
        .filter(reader -> tenant == null || tenant.equals(reader.source().tenant()))
        .toList();
  }

  /** Returns the reader of a source; null when there is no such source of the tenant. */
  public @Nullable OutboxReader find(@Nullable TenantId tenant, String id) {
    return sources(tenant).stream()
        .filter(reader -> reader.source().id().equals(id))
        .findFirst()
        .orElse(null);
  }
}
