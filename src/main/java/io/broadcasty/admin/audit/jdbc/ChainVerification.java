package io.broadcasty.admin.audit.jdbc;

import io.broadcasty.admin.audit.ChainHead;
import io.broadcasty.admin.audit.ChainReport;
import io.broadcasty.admin.audit.ChainReport.Fault;
import io.broadcasty.infra.database.AuditHash;
import io.broadcasty.infra.database.Transactions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a chain page by page, while others extend it and retention shortens it. An entry and the
 * head that counts it, and a removal and the anchor that counts it, are committed together; so a
 * head that is read after entries counts them all.
 */
final class ChainVerification {

  private static final int PAGE = 500;

  private final Transactions transactions;
  private final String tenant;
  private final @Nullable ChainHead expected;

  private ChainHead verified;
  private ChainHead from;
  private long entries;
  private long erased;

  /** What is wrong, and where. */
  private record Finding(Fault fault, long number) {}

  ChainVerification(Transactions transactions, String tenant, @Nullable ChainHead expected) {
    this.transactions = transactions;
    this.tenant = tenant;
    this.expected = expected;
    this.verified = new ChainHead(tenant, 0, AuditHash.NONE);
    this.from = verified;
  }

  ChainReport run(@Nullable ChainHead resumed, long maxEntries) throws SQLException {
    ChainTable.State state = state();
    long after = Long.MIN_VALUE; // finds what was inserted before the first entry, too
    if (state != null) {
      from = state.anchor();
      verified = from;
    }
    if (resumed != null && resumed.number() > from.number()) {
      verified = resumed;
      after = resumed.number();
    }
    Finding finding = null;
    if (expected != null
        && expected.number() == from.number()
        && !expected.hash().equals(from.hash())) {
      finding = new Finding(Fault.REPLACED, from.number());
    }
    while (finding == null) {
      if (entries >= maxEntries) {
        return report(null, false, state);
      }
      List<ChainTable.Entry> page = page(after);
      if (page.isEmpty()) {
        ChainTable.State now = state();
        if (now != null && now.anchor().number() > verified.number()) {
          continueAfter(now.anchor());
          after = verified.number();
        } else if (now != null
            && now.head().number() > verified.number()
            && now.head().number() > (state == null ? 0 : state.head().number())) {
          state = now; // others have extended the chain meanwhile
        } else {
          return report(atTheEnd(now), true, now);
        }
      } else {
        finding = follow(page);
        after = verified.number();
      }
    }
    return report(finding, false, null);
  }

  /** Verifies entries; returns what is wrong with the first that does not follow. */
  private @Nullable Finding follow(List<ChainTable.Entry> page) throws SQLException {
    for (ChainTable.Entry entry : page) {
      if (entry.number() <= verified.number()) {
        return new Finding(Fault.INSERTED, entry.number());
      }
      if (entry.number() > verified.number() + 1) {
        ChainTable.State now = state();
        if (now != null && now.anchor().number() > verified.number()) {
          continueAfter(now.anchor());
          return null; // the rest is read again
        }
        return new Finding(
            now == null || now.head().number() == verified.number()
                ? Fault.INSERTED
                : Fault.REMOVED,
            verified.number() + 1);
      }
      if (!entry.follows(verified)) {
        return new Finding(Fault.CHANGED, entry.number());
      }
      if (expected != null
          && expected.number() == entry.number()
          && !expected.hash().equals(entry.hash())) {
        return new Finding(Fault.REPLACED, entry.number());
      }
      verified = new ChainHead(tenant, entry.number(), entry.hash());
      entries++;
      erased += entry.erased() ? 1 : 0;
    }
    return null;
  }

  /** Retention has removed entries meanwhile; goes on behind them. */
  private void continueAfter(ChainHead anchor) {
    from = anchor;
    verified = anchor;
  }

  /** Returns what is wrong with the end of the chain, behind which there are no entries. */
  private @Nullable Finding atTheEnd(ChainTable.@Nullable State state) {
    if (state == null) {
      return verified.number() == 0 && expected == null
          ? null
          : new Finding(Fault.REPLACED, Math.max(1, verified.number()));
    }
    ChainHead head = state.head();
    if (head.number() > verified.number()
        || (expected != null && expected.number() > verified.number())) {
      return new Finding(Fault.TRUNCATED, verified.number() + 1);
    }
    if (head.number() < verified.number()) {
      return new Finding( // nothing was read behind what an earlier call has verified
          entries == 0 ? Fault.TRUNCATED : Fault.INSERTED, head.number() + 1);
    }
    return head.hash().equals(verified.hash())
        ? null
        : new Finding(Fault.REPLACED, verified.number());
  }

  private ChainReport report(
      @Nullable Finding finding, boolean complete, ChainTable.@Nullable State state)
      throws SQLException {
    long startId = state == null ? Long.MAX_VALUE : state.startId();
    long[] unchained =
        complete
            ? transactions.runAutoCommit(
                connection -> ChainTable.unchained(connection, tenant, startId))
            : new long[2];
    return new ChainReport(
        finding == null ? null : finding.fault(),
        finding == null ? 0 : finding.number(),
        complete || finding != null,
        verified,
        from,
        entries,
        erased,
        unchained[1],
        unchained[0] - unchained[1]);
  }

  private ChainTable.@Nullable State state() throws SQLException {
    return transactions
        .runAutoCommit(connection -> Optional.ofNullable(ChainTable.state(connection, tenant)))
        .orElse(null);
  }

  private List<ChainTable.Entry> page(long after) throws SQLException {
    return transactions.runAutoCommit(
        connection -> ChainTable.entries(connection, tenant, after, PAGE));
  }
}
