package io.broadcasty.server.config;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.auth.jwt.ClaimMapping;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads where tokens have their tenant and roles. */
final class ClaimReader {

  private final SettingsReader reader;

  ClaimReader(SettingsReader reader) {
    this.reader = reader;
  }

  ClaimMapping read() {
    List<ClaimPath> roles = new ArrayList<>();
    for (String each : reader.value(AccessConfigKeys.ROLES_CLAIM, List.of("roles"))) {
      roles.add(path(AccessConfigKeys.ROLES_CLAIM, each, ClaimMapping.USUAL.roles().get(0)));
    }
    return new ClaimMapping(
        tenant(),
        path(
            AccessConfigKeys.TENANT_CLAIM,
            reader.value(AccessConfigKeys.TENANT_CLAIM, "tid"),
            ClaimMapping.USUAL.tenant()),
        roles);
  }

  private @Nullable String tenant() {
    String tenant = reader.optional(AccessConfigKeys.JWT_TENANT).orElse(null);
    if (tenant == null) {
      return null;
    }
    try {
      return new TenantId(tenant).value();
    } catch (IllegalArgumentException e) {
      reader.fault(AccessConfigKeys.JWT_TENANT, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private ClaimPath path(ConfigKey<?> key, String text, ClaimPath otherwise) {
    try {
      return new ClaimPath(text);
    } catch (IllegalArgumentException e) {
      reader.fault(key, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }
}
