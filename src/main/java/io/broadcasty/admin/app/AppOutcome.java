package io.broadcasty.admin.app;

import java.util.List;

/** What became of a request about apps. */
public sealed interface AppOutcome {

  /** All apps of a tenant. */
  record All(List<StoredApp> apps) implements AppOutcome {
    public All {
      apps = List.copyOf(apps);
    }
  }

  /** An app as it is now. */
  record Found(StoredApp app) implements AppOutcome {}

  /** An app with a new secret. */
  record Issued(StoredApp app, String secret) implements AppOutcome {

    /** Omits the secret. */
    @Override
    public String toString() {
      return "Issued[" + app + "]";
    }
  }

  /** The app is deleted. */
  record Deleted(StoredApp app) implements AppOutcome {}

  /** How many secrets were encrypted again, and how many could not be. */
  record Encrypted(int encrypted, int failed) implements AppOutcome {}

  /** The tenant has no such app. */
  record Missing() implements AppOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements AppOutcome {}

  /** Two keys are valid until then. */
  record RotationPending(long untilMillis) implements AppOutcome {}

  /** Others change the app at the same time; trying again is right. */
  record Conflict() implements AppOutcome {}

  /** The database cannot be reached now. */
  record Unavailable() implements AppOutcome {}

  /** This node stores no apps, for the reason. */
  record Off(String reason) implements AppOutcome {}
}
