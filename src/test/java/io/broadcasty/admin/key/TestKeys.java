package io.broadcasty.admin.key;

import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.TenantId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** API keys for tests. */
public final class TestKeys {

  public static final TenantId ACME = new TenantId("acme");
  public static final MasterKeys MASTER = masterKeys(1);

  /** May publish to {@code orders.*}. */
  public static final List<KeyScope> ORDERS =
      List.of(new KeyScope("orders.*", Set.of(Action.PUBLISH)));

  private TestKeys() {}

  /** Returns a ring of keys, each filled with one byte. */
  public static MasterKeys masterKeys(int... fills) {
    return new MasterKeys(
        Arrays.stream(fills)
            .mapToObj(
                fill -> {
                  byte[] key = new byte[MasterKeys.KEY_BYTES];
                  Arrays.fill(key, (byte) fill);
                  return key;
                })
            .toList());
  }

  /** Returns a key as it may be stored. */
  public static ApiKey key(String id, String tenant) {
    return new ApiKey(
        id,
        new TenantId(tenant),
        "Name of " + id,
        ORDERS,
        MASTER.currentId(),
        MASTER.encrypt("secret of " + id, id),
        "",
        0,
        false,
        0,
        0,
        1000,
        1000,
        0);
  }
}
