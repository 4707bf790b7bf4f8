package io.broadcasty.push.queue;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The notifications to one user that are stored: those sent or waiting to be sent to its devices,
 * and those that are to be sent unless it receives a publication.
 *
 * <p>Every method may block, and throws a {@link io.broadcasty.push.device.PushStoreException} when
 * the store cannot be reached; trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface UserPushes {

  /**
   * Returns notifications.
   *
   * @param after the {@code cursor} of the one before the first to return; empty to begin
   * @param limit the most to return, at least 1; fewer does not mean that there are no more
   * @return empty at the end
   */
  List<Push> find(TenantId tenant, String user, String after, int limit);

  /**
   * Erases notifications. Of one to several users, only what concerns this user is erased.
   *
   * @param limit the most to erase, at least 1
   * @return how many were erased; 0 when there are no more
   */
  int erase(TenantId tenant, String user, int limit);

  /**
   * A notification to a user.
   *
   * @param cursor its place in the order in which they are returned
   * @param state the name of its {@link DispatchState}, or {@code pending}
   * @param dataJson a JSON object for the application; null for none
   * @param timeMillis when its state changed, or until when a pending one waits
   */
  record Push(
      String cursor,
      String sendId,
      String state,
      String title,
      @Nullable String body,
      @Nullable String dataJson,
      long timeMillis) {

    /** Omits the content, so that it may be logged. */
    @Override
    public String toString() {
      return "Push[" + sendId + " " + state + "]";
    }
  }
}
