package io.broadcasty.integration;

import io.broadcasty.core.auth.jwt.TestIssuer;
import io.broadcasty.webhook.sending.HookReceiver;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests signing in and out, and the administration of API keys, webhooks, policies, revocations,
 * tenants and personal data, the explorers, and who is refused, with the provider of persistence
 * that each server has, and the MBeans. One server is started for all of it, and once more for what
 * has to outlive it.
 */
class AdministrationIT {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "BROADCASTY_REPLAY_STORE",
          "database",
          "BROADCASTY_MASTER_KEY",
          Base64.getEncoder().encodeToString(new byte[32]),
          "BROADCASTY_ONESIGNAL", // which nobody registers a device with
          "true",
          "BROADCASTY_PUSH_ONESIGNAL_APP_ID",
          "3c0f6f0e-5d1c-4b1e-9a43-0d9c0f6b7a11",
          "BROADCASTY_PUSH_ONESIGNAL_API_KEY",
          "of-nobody");

  private static Map<String, String> settings(
      HookReceiver receiver, TestIssuer issuer, TestIssuer opaque) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.putAll(SignInChecks.settings(issuer, opaque));
    settings.putAll(WebhookChecks.APP);
    settings.put("BROADCASTY_WEBHOOKS_ALLOWED_HOSTS", "8.8.8.8," + receiver.origin());
    return settings;
  }

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void whatAdministratorsChangeAppliesAtOnceAndAfterARestart() throws Exception {
    Ports ports = Ports.free();
    KeyChecks keys;
    RevocationChecks revocations;
    PrivacyChecks privacy;
    try (HookReceiver receiver = new HookReceiver();
        TestIssuer issuer = new TestIssuer("/sso");
        TestIssuer opaque = new TestIssuer("/opaque");
        ServerProcess server =
            ServerProcess.start(home, ports, settings(receiver, issuer, opaque))) {
      Api api = server.awaitReady();
      keys = new KeyChecks(api);
      keys.areCreatedUsedRotatedAndRevoked();
      new PolicyChecks(api).run();
      WebhookChecks webhooks = new WebhookChecks(api, receiver);
      webhooks.areCreatedSentToAndDeleted();
      webhooks.areValidForTheLibrariesOfReceivers();
      revocations = new RevocationChecks(api);
      revocations.revokeAUserATokenAndATenant();
      SignInChecks signIn = new SignInChecks(api, issuer);
      signIn.aUserLogsOut();
      signIn.aTokenIsBoundToAKey();
      signIn.anOpaqueTokenIsAskedAbout(opaque);
      new ExplorerChecks(api).showTheNode();
      RefusalChecks refusals = new RefusalChecks(api);
      refusals.refusalsNameTheMetadataEverywhere();
      refusals.othersAreRefusedEverywhere();
      new AdminEventChecks(api).tellWhatHappens();
      new TenantChecks(api).areCreatedLimitedAndSuspended();
      privacy = new PrivacyChecks(api);
      privacy.exportAndErase();
      privacy.beginBeforeTheServerIsKilled();
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(home, ports, SETTINGS)) {
      Api api = server.awaitReady();
      privacy.on(api).isContinuedAfterTheRestart();
      new MBeanChecks(server, api).showAndOperateTheNode();
      new TenantChecks(api).staySuspendedUntilTheyAreActivated();
      revocations.on(api).stayRevokedUntilLifted();
      keys.on(api).stayRevokedAndEndWithTheirTenant();
    }
  }
}
