package io.broadcasty.admin.privacy;

import io.broadcasty.core.tenant.TenantId;
import java.util.List;

/**
 * Whose data a job is about.
 *
 * @param user the user's id, the claim {@code sub}
 * @param channels channels, or patterns that end in {@code *}, that are the user's besides those
 *     that the tenant's policies name
 */
public record DataSubject(TenantId tenant, String user, List<String> channels) {

  public DataSubject {
    channels = List.copyOf(channels);
  }

  /** Returns a text without the user's name, so that it may be logged. */
  @Override
  public String toString() {
    return "a user of " + tenant;
  }
}
