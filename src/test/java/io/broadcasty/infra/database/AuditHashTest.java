package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Hashes that are stored must stay what they are, or chains of earlier releases look changed. */
class AuditHashTest {

  private static AuditRow row(String requestId) {
    return new AuditRow(
        "acme",
        "key.create",
        "done",
        "acme",
        "ann",
        "192.0.2.7",
        "key:1",
        "{}",
        requestId.isEmpty() ? null : requestId,
        1000);
  }

  private static String hash(String requestId) {
    return AuditHash.ofRow(
        AuditHash.NONE, 1, row(requestId), new AuditHash.People("r", "a", null, null));
  }

  @Test
  void anEntryWithoutARequestIsHashedAsBeforeThereWereIds() {
    assertEquals("4bebefdcfc299aa76b284937f3246b9eb67e87f026bb82f606777584aeadeb71", hash(""));
  }

  @Test
  void anEntryWithARequestIsHashedWithItsId() {
    assertEquals("f801fd782125b5bfa0c55a6378d9af54fa44872662dc85444d7ba338059922be", hash("r-1"));
  }
}
