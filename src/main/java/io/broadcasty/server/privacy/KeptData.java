package io.broadcasty.server.privacy;

import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.admin.revocation.jdbc.JdbcRevocations;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.jdbc.JdbcUserPushes;
import io.broadcasty.server.stores.Store;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.webhook.jdbc.JdbcWebhookOutbox;
import java.util.ArrayList;
import java.util.List;

/** The list of all that a node keeps of users. */
public final class KeptData {

  private KeptData() {}

  /**
   * Returns the areas in the order in which they are exported and erased. The connections come
   * first, since they add to the others; the audit log comes last, since it tells of the rest.
   */
  public static List<PersonalData> of(
      Store store,
      Database database,
      StoredPolicies policies,
      PolicyAdministration administration,
      AuditReader reader,
      AuditChain chain,
      Ticker ticker) {
    List<PersonalData> areas = new ArrayList<>();
    areas.add(new ConnectionData(store.control()));
    areas.add(new PresenceData(store.presence()));
    areas.add(new DeviceData(new JdbcPushSubscriptionStore(database)));
    areas.add(new PushData(new JdbcUserPushes(database)));
    Spool spool = store.spool();
    if (spool != null) {
      areas.add(new SpoolData(spool, policies));
    }
    areas.add(new PublicationData("streams", KeptStreams.of(store.broker()), policies, ticker));
    Archive archive = store.archive();
    if (archive != null) {
      areas.add(new PublicationData("mirror", KeptStreams.of(archive), policies, ticker));
    }
    areas.add(new WebhookData(new JdbcWebhookOutbox(database, database.clock())));
    areas.add(new PolicyData(administration));
    areas.add(new RevocationData(new JdbcRevocations(database)));
    areas.add(new AuditData(reader, chain));
    return List.copyOf(areas);
  }
}
