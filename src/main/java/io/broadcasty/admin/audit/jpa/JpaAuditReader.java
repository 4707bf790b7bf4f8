package io.broadcasty.admin.audit.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.infra.jpa.EntityManagers;
import jakarta.persistence.TypedQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The audit log in the table {@code broadcasty_audit_logs}. */
@ThreadSafe
public final class JpaAuditReader implements AuditReader {

  /** The classes that the persistence unit needs. */
  public static final List<Class<?>> ENTITIES = List.of(AuditEntryEntity.class);

  private final EntityManagers managers;

  /**
   * @param managers stay open
   */
  public JpaAuditReader(EntityManagers managers) {
    this.managers = managers;
  }

  @Override
  public List<AuditEntry> page(AuditFilter filter, @Nullable AuditCursor before, int limit) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    String query = query(filter, before, parameters);
    try {
      return managers.read(
          manager -> {
            TypedQuery<AuditEntryEntity> page = manager.createQuery(query, AuditEntryEntity.class);
            parameters.forEach(page::setParameter);
            return page.setMaxResults(limit).getResultList().stream()
                .map(AuditEntryEntity::toEntry)
                .toList();
          });
    } catch (RuntimeException e) { // providers wrap what the driver throws each in their own way
      throw new AuditStoreException("the audit log cannot be read", e);
    }
  }

  private static String query(
      AuditFilter filter, @Nullable AuditCursor before, Map<String, Object> parameters) {
    StringBuilder text = new StringBuilder("select e from AuditEntry e where e.time >= :earliest");
    parameters.put("earliest", filter.fromMillis());
    add(text, parameters, "e.time < :until", "until", filter.untilMillis());
    add(text, parameters, "e.tenant = :tenant", "tenant", filter.tenant());
    add(text, parameters, "e.actor = :actor", "actor", filter.actor());
    add(text, parameters, "e.target = :target", "target", filter.target());
    add(text, parameters, "e.requestId = :request", "request", filter.requestId());
    if (filter.outcome() != null) {
      add(text, parameters, "e.outcome = :outcome", "outcome", filter.outcome().wireName());
    }
    String action = filter.action();
    if (action != null && action.endsWith("*")) {
      add(text, parameters, "e.action like :action escape '!'", "action", beginning(action));
    } else {
      add(text, parameters, "e.action = :action", "action", action);
    }
    if (before != null) {
      text.append(" and e.time <= :time and (e.time < :time or e.id < :id)");
      parameters.put("time", before.timeMillis());
      parameters.put("id", before.id());
    }
    return text.append(" order by e.time desc, e.id desc").toString();
  }

  private static void add(
      StringBuilder text,
      Map<String, Object> parameters,
      String condition,
      String name,
      @Nullable Object value) {
    if (value != null) {
      text.append(" and ").append(condition);
      parameters.put(name, value);
    }
  }

  /** Returns the pattern of all actions that begin so. */
  private static String beginning(String action) {
    return action.substring(0, action.length() - 1).replaceAll("[!%_]", "!$0") + "%";
  }
}
