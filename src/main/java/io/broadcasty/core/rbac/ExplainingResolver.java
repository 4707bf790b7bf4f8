package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;

/** A resolver that can say how it decides. */
@ThreadSafe
public interface ExplainingResolver extends PolicyResolver {

  /** Decides on a request as {@link #authorize(AccessRequest)} does, and says how; never throws. */
  AccessExplanation.Step explain(AccessRequest request);
}
