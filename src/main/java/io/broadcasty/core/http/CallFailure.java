package io.broadcasty.core.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why an HTTP call has ended without a reply. */
public enum CallFailure {
  /** The address does not resolve or accepts no connection, so nothing has been sent. */
  UNREACHABLE,
  /** No reply within the timeout; the request may have been received. */
  TIMEOUT,
  /** The certificate or the TLS version is not accepted, so nothing has been sent. */
  TLS,
  /** The connection broke; the request may have been received. */
  BROKEN,
  /** Another failure, such as one in this process. */
  OTHER;

  /** Returns the kind of a failure that the JDK's HTTP client reports. */
  public static CallFailure of(@Nullable Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof HttpConnectTimeoutException
        || cause instanceof ConnectException
        || cause instanceof UnresolvedAddressException) {
      return UNREACHABLE;
    }
    if (cause instanceof HttpTimeoutException) {
      return TIMEOUT;
    }
    if (cause instanceof SSLException) {
      return TLS;
    }
    return cause instanceof IOException ? BROKEN : OTHER;
  }

  /** Returns the cause of an exception that only wraps the failure of a future. */
  public static @Nullable Throwable unwrap(@Nullable Throwable failure) {
    if (failure instanceof CompletionException || failure instanceof ExecutionException) {
      Throwable cause = failure.getCause();
      return cause == null ? failure : cause;
    }
    return failure;
  }
}
