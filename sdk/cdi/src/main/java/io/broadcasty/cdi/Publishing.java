package io.broadcasty.cdi;

import io.broadcasty.client.PublishResult;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.json.bind.Jsonb;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Publishes for an application: writes the payload, waits for the commit, and sends. */
@ApplicationScoped
public class Publishing {

  private static final System.Logger LOG = System.getLogger(Publishing.class.getName());

  @Inject private Instance<Jsonb> jsonb;

  private final Transports transports = new Transports();
  private final FailureLog failures = new FailureLog();
  private final Transactions transactions = new Transactions(this::registry, this::sendAll);
  private volatile TransactionSynchronizationRegistry registry;
  private boolean byOutbox;
  private Payloads payloads;
  private final OutboxWriter outboxWriter = new OutboxWriter(headers -> payloads.write(headers));
  private final OutboxTransactions outbox = new OutboxTransactions(this::registry, outboxWriter);

  /** Called by the container. */
  protected Publishing() {}

  @PostConstruct
  void open() {
    byOutbox = isByOutbox();
    payloads = new Payloads(jsonb.isResolvable() ? jsonb.get() : null);
  }

  @PreDestroy
  void close() {
    transports.close();
    try {
      payloads.close();
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "Cannot close JSON-B", e);
    }
  }

  /** Publishes a payload, now or after the commit; or writes it to the outbox before that. */
  CompletionStage<PublishResult> publish(String channel, Object payload, PublishOptions options) {
    Outgoing publication = outgoing(channel, payload, options);
    publication
        .result()
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                failures.log(publication, failure);
              }
            });
    if (byOutbox) {
      outbox.send(publication);
    } else {
      transactions.send(publication);
    }
    return publication.result().minimalCompletionStage();
  }

  /** Returns whether publications are written to the outbox. */
  private static boolean isByOutbox() {
    try {
      return Configuration.via() == Configuration.Via.OUTBOX;
    } catch (PublishException e) {
      return false; // the publication fails with it when it is sent
    }
  }

  /** Writes a payload to the outbox, in the transaction of a connection. */
  void writeToOutbox(
      Connection connection, String channel, Object payload, PublishOptions options) {
    outboxWriter.write(connection, List.of(outgoing(channel, payload, options)));
  }

  private Outgoing outgoing(String channel, Object payload, PublishOptions options) {
    if (channel == null || channel.isBlank()) {
      throw new PublishException(PublishException.NO_CHANNEL, "the name of the channel is missing");
    }
    return Outgoing.of(channel, payloads.write(payload), options);
  }

  /** Returns the registry of the server: one object for all transactions, so it is kept. */
  private TransactionSynchronizationRegistry registry() {
    TransactionSynchronizationRegistry found = registry;
    if (found == null) {
      found = Transactions.ofServer();
      registry = found;
    }
    return found;
  }

  /** Looks the registry up again, for tests. */
  void forgetRegistry() {
    registry = null;
  }

  private void sendAll(List<Outgoing> publications) {
    CompletionStage<Void> before = CompletableFuture.completedFuture(null);
    for (int from = 0; from < publications.size(); from += Transport.MAX_BATCH) {
      List<Outgoing> batch =
          publications.subList(from, Math.min(publications.size(), from + Transport.MAX_BATCH));
      before = before.thenCompose(done -> send(batch));
    }
  }

  private CompletionStage<Void> send(List<Outgoing> batch) {
    try {
      return transports.next().send(batch);
    } catch (PublishException e) {
      batch.forEach(each -> each.fail(e));
    } catch (RuntimeException e) { // nothing may leave the completion of a transaction
      PublishException failure =
          new PublishException(PublishException.UNEXPECTED, "cannot publish", e);
      batch.forEach(each -> each.fail(failure));
    }
    return CompletableFuture.completedFuture(null);
  }
}
