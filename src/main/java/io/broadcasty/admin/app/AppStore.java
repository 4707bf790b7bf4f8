package io.broadcasty.admin.app;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port: the apps that administrators have created. Every method blocks, and throws {@link
 * AppStoreException} when the store cannot be reached.
 */
@ThreadSafe
@CheckReturnValue
public interface AppStore {

  /** Returns an app; null when there is none. */
  @Nullable StoredApp find(String id);

  /** Returns the apps of a tenant in the order of their ids; those of all tenants for null. */
  List<StoredApp> list(@Nullable TenantId tenant);

  /** Returns a text that changes with every change of any app. */
  String version();

  /** Stores a new app, durably; returns whether its id and key were free. */
  boolean insert(StoredApp app);

  /**
   * Stores a changed app, durably.
   *
   * @param changed with the revision that it was read with
   * @return what is stored; null when others have changed or deleted it meanwhile
   */
  @Nullable StoredApp replace(StoredApp changed);

  /** Deletes an app; returns whether there was one. */
  boolean delete(String id);
}
