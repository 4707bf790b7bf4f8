package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Keeps what is to be pushed unless it is delivered, and who has had it.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the store cannot be
 * reached; trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface PendingPushes {

  /** Keeps one safely, unless one that becomes the same send is kept already. */
  void add(PendingPush push);

  /** Those that are due first. */
  List<PendingPush> oldest(int limit);

  /** These users have had it; said again, does no harm. */
  void delivered(PendingPush push, Collection<String> users);

  /** Who has had it. */
  Set<String> receipts(PendingPush push);

  /** It is decided. */
  void remove(PendingPush push);
}
