package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationSource;
import io.broadcasty.admin.revocation.RevocationTarget;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The revocation of a user's tokens. An erasure keeps it: without it tokens would be valid again
 * that were revoked. It is deleted by itself once they must have expired.
 */
@ThreadSafe
final class RevocationData implements PersonalData {

  private final RevocationSource revocations;

  RevocationData(RevocationSource revocations) {
    this.revocations = revocations;
  }

  @Override
  public String area() {
    return "revocations";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    Revocation found =
        revocations.load(RevocationTarget.user(subject.tenant(), subject.user()).id());
    return found == null ? Part.erased(0) : Part.exported(List.of(line(found)));
  }

  private String line(Revocation revocation) {
    return ExportedLine.of(
        area(),
        json -> {
          json.writeStringField("id", revocation.id());
          json.writeStringField(
              "issuedBefore", Instant.ofEpochMilli(revocation.issuedBeforeMillis()).toString());
          json.writeStringField(
              "expiresAt", Instant.ofEpochMilli(revocation.expiresAtMillis()).toString());
        });
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    return Part.erased(0);
  }
}
