package io.broadcasty.cdi;

import io.broadcasty.client.BatchResult;
import io.broadcasty.client.BroadcastyClient;
import io.broadcasty.client.BroadcastyException;
import io.broadcasty.client.Message;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Publishes over HTTP. */
final class HttpTransport implements Transport, AutoCloseable {

  private final BroadcastyClient client;

  HttpTransport(BroadcastyClient client) {
    this.client = client;
  }

  @Override
  public CompletionStage<Void> send(List<Outgoing> batch) {
    List<Message> messages = batch.stream().map(HttpTransport::message).toList();
    return client
        .publishAllAsync(messages)
        .handle(
            (results, failure) -> {
              for (int i = 0; i < batch.size(); i++) {
                complete(batch.get(i), results == null ? null : results.get(i), failure);
              }
              return null;
            });
  }

  private static Message message(Outgoing each) {
    PublishOptions options = each.options();
    Message.Builder message =
        Message.to(each.channel()).json(new String(each.json(), StandardCharsets.UTF_8));
    if (options.id() != null) {
      message.id(options.id());
    }
    if (options.event() != null) {
      message.event(options.event());
    }
    if (options.partitionKey() != null) {
      message.partitionKey(options.partitionKey());
    }
    options.headers().forEach(message::header);
    return message.build();
  }

  private static void complete(Outgoing each, BatchResult result, Throwable failure) {
    if (failure != null) {
      each.fail(exception(failure));
    } else if (result.error().isPresent()) {
      each.fail(exception(result.error().get()));
    } else {
      each.result().complete(result.get());
    }
  }

  private static PublishException exception(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof BroadcastyException refused)) {
      return new PublishException(PublishException.UNEXPECTED, String.valueOf(cause), cause);
    }
    String hint =
        switch (refused.code()) {
          case "unauthorized", "token_expired", "invalid_signature" ->
              "Broadcasty refuses the credentials; check broadcasty.client.token or .secret: ";
          case BroadcastyException.UNREACHABLE ->
              "no Broadcasty answers at broadcasty.client.url: ";
          case "forbidden" -> "the roles of the credentials do not suffice: ";
          default -> "";
        };
    return new PublishException(refused.code(), hint + refused.getMessage(), refused);
  }

  @Override
  public void close() {
    client.close();
  }
}
