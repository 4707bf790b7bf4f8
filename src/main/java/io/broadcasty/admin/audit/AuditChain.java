package io.broadcasty.admin.audit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chains of the audit log: one for each tenant, in the order of the entries' numbers. Each
 * entry's hash covers the entry and the hash before it. Every method may block.
 *
 * <p>A chain shows that an entry was changed, removed, inserted or moved, and that the last entries
 * were removed. It cannot show that somebody who can write to the whole database has computed it
 * anew; only a head that was exported before shows that.
 */
@ThreadSafe
public interface AuditChain {

  /**
   * Verifies a part of a chain.
   *
   * @param tenant empty for the entries of the whole service
   * @param verified up to where the chain was verified by earlier calls; null to begin
   * @param expected a head that was exported, which the chain must contain; null for none
   * @param maxEntries how many entries to verify in this call, about
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  ChainReport verify(
      String tenant, @Nullable ChainHead verified, @Nullable ChainHead expected, long maxEntries);

  /**
   * Returns the heads of chains in the order of tenants, to be exported.
   *
   * @param after the tenant after which to begin; null for the first, which is the service's
   * @param limit how many at most, from 1
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  List<ChainHead> heads(@Nullable String after, int limit);

  /**
   * Removes the name and address of a user from all entries, as actor and as target, in whatever
   * tenant they are; chains stay intact. Entries of the same user still have one pseudonym. Entries
   * that are written from then on name the user again, until the next call.
   *
   * <p>The work is done in parts: when it fails in the middle, the same call continues it.
   *
   * @return how many entries have lost a name
   * @throws AuditStoreException when the store does not answer; trying again is right
   */
  long erase(TenantId tenant, String user);
}
