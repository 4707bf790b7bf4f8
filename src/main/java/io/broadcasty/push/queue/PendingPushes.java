package io.broadcasty.push.queue;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.push.device.PushStoreException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Stores pushes that wait for a publication to be delivered, and who has received it.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the store cannot be
 * reached; trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface PendingPushes {

  /** Stores a pending push durably, unless one with the same send id is stored already. */
  void add(PendingPush push);

  /** Returns the pending pushes that are due first. */
  List<PendingPush> oldest(int limit);

  /** Records that these users have received the publication; repeating it does no harm. */
  void addReceipts(PendingPush push, Collection<String> users);

  /** Returns the users who have received the publication. */
  Set<String> receipts(PendingPush push);

  /** Removes a pending push that has been decided. */
  void remove(PendingPush push);
}
