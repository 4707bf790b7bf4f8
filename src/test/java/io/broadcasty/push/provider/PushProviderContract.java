package io.broadcasty.push.provider;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.broadcasty.FreePorts;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PushProvider}, tested against a fake of its service. */
public abstract class PushProviderContract {

  protected static final Duration LONG_TIMEOUT = Duration.ofSeconds(20);
  protected static final Duration SHORT_TIMEOUT = Duration.ofMillis(300);
  private static final long WAIT_SECONDS = 30;

  private final List<PushProvider> open = new ArrayList<>();

  /** The behaviours of the fake service. */
  protected enum Behaviour {
    ACCEPT,
    UNREGISTERED,
    MISMATCHED,
    BUSY,
    TOO_LARGE
  }

  /** Returns a provider of the fake service. */
  protected abstract PushProvider make(Duration timeout);

  /** Returns a provider that sends to a port of this machine. */
  protected abstract PushProvider makeAt(int port);

  /** Returns a provider of a service whose certificate no client trusts; the caller closes it. */
  protected abstract PushProvider makeUntrusting();

  protected abstract DeviceAddress device();

  /** Returns addresses that the service cannot have issued. */
  protected abstract List<DeviceAddress> badDevices();

  protected abstract void behave(Behaviour behaviour);

  /** Makes the fake service answer that it is busy, for this many seconds. */
  protected abstract void busyFor(int seconds);

  /** Returns whether the service says for how long it is busy. */
  protected boolean sendsRetryAfter() {
    return true;
  }

  /** Makes the fake service answer nothing until {@link #release}. */
  protected abstract void hold();

  protected abstract void release();

  /** Returns how many notifications the fake service has received. */
  protected abstract int received();

  /** Returns the secrets that no reason may contain. */
  protected abstract List<String> secrets();

  protected static ThreadFactory threads() {
    return task -> {
      Thread thread = new Thread(task, "push-test");
      thread.setDaemon(true);
      return thread;
    };
  }

  @AfterEach
  void closeProviders() {
    release();
    open.forEach(PushProvider::close);
  }

  protected PushProvider opened(PushProvider provider) {
    open.add(provider);
    return provider;
  }

  @Test
  void reportsAccepted() {
    behave(Behaviour.ACCEPT);
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    assertInstanceOf(ProviderResponse.Accepted.class, outcome, outcome.toString());
    assertEquals(1, received());
  }

  /** Returns whether the service has an answer that says that a device is gone for sure. */
  protected boolean reportsUnregisteredForSure() {
    return true;
  }

  @Test
  void keepsADeviceThatMayOnlyNotFitTheSettings() {
    behave(Behaviour.MISMATCHED);
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    ProviderResponse.Mismatched kept =
        assertInstanceOf(ProviderResponse.Mismatched.class, outcome, outcome.toString());
    assertTrue(
        kept.setting().startsWith("broadcasty.push." + device().service().name() + "."),
        kept.setting());
  }

  @Test
  void reportsUnregistered() {
    assumeTrue(reportsUnregisteredForSure());
    behave(Behaviour.UNREGISTERED);
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    assertInstanceOf(ProviderResponse.Unregistered.class, outcome, outcome.toString());
  }

  @Test
  void retriesABusyService() {
    behave(Behaviour.BUSY);
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    assertInstanceOf(ProviderResponse.Retry.class, outcome, outcome.toString());
  }

  @Test
  void respectsRetryAfter() {
    busyFor(7);
    ProviderResponse.Retry retry =
        assertInstanceOf(
            ProviderResponse.Retry.class,
            outcome(opened(make(LONG_TIMEOUT)), notification("Hello")));
    assertEquals(sendsRetryAfter() ? Duration.ofSeconds(7) : null, retry.after());
  }

  @Test
  void timesOut() {
    behave(Behaviour.ACCEPT);
    hold();
    ProviderResponse outcome = outcome(opened(make(SHORT_TIMEOUT)), notification("Hello"));
    ProviderResponse.Retry retry = assertInstanceOf(ProviderResponse.Retry.class, outcome);
    assertTrue(retry.reason().contains("300 ms"), retry.reason());
  }

  @Test
  void retriesAnUnreachableService() {
    ProviderResponse outcome = outcome(opened(makeAt(FreePorts.next())), notification("Hello"));
    ProviderResponse.Retry retry = assertInstanceOf(ProviderResponse.Retry.class, outcome);
    assertNotNull(retry.cause(), "for the log: " + retry);
  }

  @Test
  void sendsNothingToAnUntrustedService() {
    behave(Behaviour.ACCEPT);
    ProviderResponse outcome = outcome(opened(makeUntrusting()), notification("Hello"));
    ProviderResponse.Retry retry = assertInstanceOf(ProviderResponse.Retry.class, outcome);
    assertTrue(retry.reason().contains("certificate"), retry.reason());
    assertEquals(0, received());
  }

  @Test
  void doesNotSendWhatIsTooLong() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    int fits = -provider.excessBytes(notification("")); // the body may have this many letters
    assertTrue(fits > 3000 && fits < 4096, "fits: " + fits);
    assertEquals(0, provider.excessBytes(notification("x".repeat(fits))));
    assertEquals(1, provider.excessBytes(notification("x".repeat(fits + 1))));
    assertTrue(provider.excessBytes(notification("\u00e9".repeat(fits))) > 0, "bytes, not letters");
    behave(Behaviour.ACCEPT);
    assertInstanceOf(
        ProviderResponse.Rejected.class, outcome(provider, notification("x".repeat(fits + 1))));
    assertEquals(0, received());
    assertInstanceOf(
        ProviderResponse.Accepted.class, outcome(provider, notification("x".repeat(fits))));
  }

  @Test
  void reportsRejectedWhenTheServiceFindsItTooLong() {
    behave(Behaviour.TOO_LARGE);
    ProviderResponse outcome = outcome(opened(make(LONG_TIMEOUT)), notification("Hello"));
    assertInstanceOf(ProviderResponse.Rejected.class, outcome, outcome.toString());
  }

  @Test
  void completesSendsInFlightWhenClosed() throws Exception {
    behave(Behaviour.ACCEPT);
    hold();
    PushProvider provider = opened(make(Duration.ofSeconds(5)));
    CompletableFuture<ProviderResponse> sent =
        provider.send(dispatch(notification("Hello"))).toCompletableFuture();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(provider::close);
    release();
    ProviderResponse outcome = sent.get(WAIT_SECONDS, TimeUnit.SECONDS);
    assertTrue(
        outcome instanceof ProviderResponse.Accepted || outcome instanceof ProviderResponse.Retry,
        outcome.toString());
    closing.get(WAIT_SECONDS, TimeUnit.SECONDS);
    assertInstanceOf(
        ProviderResponse.Retry.class, outcome(provider, notification("after the end")));
  }

  @Test
  protected void completesManyConcurrentSends() throws Exception {
    behave(Behaviour.ACCEPT);
    PushProvider provider = opened(make(LONG_TIMEOUT));
    List<CompletableFuture<ProviderResponse>> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(provider.send(dispatch(notification("n" + i))).toCompletableFuture());
    }
    for (CompletableFuture<ProviderResponse> each : sent) {
      assertInstanceOf(ProviderResponse.Accepted.class, each.get(WAIT_SECONDS, TimeUnit.SECONDS));
    }
    assertEquals(50, received());
  }

  @Test
  void validatesAddresses() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    assertDoesNotThrow(() -> provider.validate(device()));
    for (DeviceAddress bad : badDevices()) {
      InvalidDeviceException refused =
          assertThrows(
              InvalidDeviceException.class, () -> provider.validate(bad), () -> bad.token());
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.length() > 20, message);
      assertFalse(bad.token().length() > 5 && message.contains(bad.token()), message);
    }
  }

  @Test
  void toStringContainsNoSecret() {
    PushProvider provider = opened(make(LONG_TIMEOUT));
    requireNoSecret(provider.toString());
    requireNoSecret(dispatch(notification("Hello")).toString());
  }

  /** Sends and waits; a reason that contains a secret fails the test. */
  protected ProviderResponse outcome(PushProvider provider, Notification notification) {
    return outcome(provider, dispatch(notification));
  }

  protected ProviderResponse outcome(PushProvider provider, Dispatch dispatch) {
    try {
      ProviderResponse outcome =
          provider.send(dispatch).toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
      requireNoSecret(outcome.toString());
      return outcome;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  protected Dispatch dispatch(Notification notification) {
    return new Dispatch(UUID.randomUUID(), device(), notification, 60_500);
  }

  protected static Notification notification(String body) {
    return new Notification("Order", body, null, null, Duration.ofMinutes(5), Urgency.NORMAL, null);
  }

  private void requireNoSecret(String text) {
    for (String secret : secrets()) {
      assertNotNull(secret);
      assertFalse(text.contains(secret), () -> "the reason contains a secret: " + text);
    }
  }
}
