package io.broadcasty.admin.events;

import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows the audit log, which all nodes write to. An entry may be committed after a later one, so
 * the last seconds are read again, and entries are known by their ids. Used by one thread.
 */
final class AuditTail {

  /** How many entries are read at once of a tenant; if there are more, some are missed. */
  static final int PAGE = 200;

  /** Within this time an entry is committed, and clocks of nodes agree. */
  static final Duration OVERLAP = Duration.ofSeconds(10);

  private static final int REMEMBERED = 20_000;

  private final AuditReader reader;
  private final Map<Long, Boolean> seen = BoundedMap.ofLatestAdded(REMEMBERED);

  AuditTail(AuditReader reader) {
    this.reader = reader;
  }

  /**
   * New entries, the earliest first.
   *
   * @param missed whether there are more
   */
  record News(List<AuditEntry> entries, boolean missed) {}

  /**
   * Reads the entries that are new.
   *
   * @param tenants whose entries; null for all
   * @throws io.broadcasty.admin.audit.AuditStoreException when the log cannot be read now
   */
  News read(@Nullable Set<TenantId> tenants, long nowMillis) {
    if (tenants == null) {
      return read((String) null, nowMillis);
    }
    List<AuditEntry> entries = new ArrayList<>();
    boolean missed = false;
    for (TenantId tenant : tenants) {
      News news = read(tenant.value(), nowMillis);
      entries.addAll(news.entries());
      missed |= news.missed();
    }
    return new News(entries, missed);
  }

  private News read(@Nullable String tenant, long nowMillis) {
    AuditFilter lately =
        new AuditFilter(
            tenant, nowMillis - OVERLAP.toMillis(), Long.MAX_VALUE, null, null, null, null, null);
    List<AuditEntry> page = reader.page(lately, null, PAGE);
    List<AuditEntry> entries = new ArrayList<>();
    boolean known = false;
    for (AuditEntry entry : page) {
      if (seen.put(entry.id(), true) == null) {
        entries.add(entry);
      } else {
        known = true;
      }
    }
    Collections.reverse(entries);
    return new News(entries, page.size() == PAGE && !known);
  }
}
