package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.GroupCommit;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.Submission;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Appends each group with one script for each channel, and one pipeline for each server. Used by
 * one thread only.
 *
 * <p>A script that was sent but not answered may have run. In that case Redis announces its
 * publications nevertheless, and the publishers are told to publish again with the same ids.
 */
final class RedisAppender implements GroupCommit.Appender {

  private static final System.Logger LOG = System.getLogger(RedisAppender.class.getName());
  private static final Script SCRIPT = Script.load(RedisAppender.class, "stream.lua", "append.lua");
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long REPLICAS_MILLIS = 1000;

  private static final AppendOutcome.Unavailable OUT_OF_REACH =
      new AppendOutcome.Unavailable("Redis cannot be reached", RETRY_AFTER);
  private static final AppendOutcome.Unavailable UNANSWERED =
      new AppendOutcome.Unavailable(
          "Redis did not confirm the publication; publish again with the same id", RETRY_AFTER);
  private static final AppendOutcome.Unavailable REFUSED =
      new AppendOutcome.Unavailable("Redis accepts no publications now", RETRY_AFTER);
  private static final AppendOutcome.Unavailable UNCONFIRMED =
      new AppendOutcome.Unavailable(
          "too few replicas have confirmed the publication; publish again with the same id",
          RETRY_AFTER);

  /** The scripts sent to one server, and their replies. */
  private record Batch(
      HostAndPort server, List<Sent> sent, List<ChannelAnnouncement> announcements) {

    Batch(HostAndPort server) {
      this(server, new ArrayList<>(), new ArrayList<>(0));
    }
  }

  /** A script that has been sent. */
  private static final class Sent {
    private final ChannelAppend append;

    /** Whether the node received the channel's announcements when the script was sent. */
    private final boolean receivesAnnouncements;

    private @Nullable Response<Object> response;

    /** Whether it was run again by itself, by the server that has its channel by then. */
    private boolean ranAgain;

    /** How many replicas have confirmed it, if it was run again by itself. */
    private @Nullable Response<Long> replicas;

    Sent(ChannelAppend append, boolean receivesAnnouncements) {
      this.append = append;
      this.receivesAnnouncements = receivesAnnouncements;
    }
  }

  private final Redis redis;
  private final RedisBrokerSettings settings;
  private final ScriptArguments scriptArguments;
  private final RedisAvailability availability;
  private final ChannelSubscriptions subscriptions;
  private final ChannelIndex index;
  private final ChannelActivity activity;
  private final EphemeralAnnouncer announcer;
  private final byte[] window;
  private final byte[] publish;
  private @Nullable String refusal;

  RedisAppender(
      Redis redis,
      RedisBrokerSettings settings,
      ScriptArguments head,
      RedisAvailability availability,
      ChannelSubscriptions following,
      ChannelIndex index,
      ChannelActivity activity,
      EphemeralAnnouncer announcer) {
    this.redis = redis;
    this.settings = settings;
    this.scriptArguments = head;
    this.availability = availability;
    this.subscriptions = following;
    this.index = index;
    this.activity = activity;
    this.announcer = announcer;
    this.window = bytes(settings.idempotencyWindow().toMillis());
    this.publish = bytes(redis.hasShardedPubSub() ? "SPUBLISH" : "PUBLISH");
  }

  @Override
  public List<List<AppendOutcome>> append(List<Submission> group) {
    List<AppendOutcome[]> outcomes = new ArrayList<>(group.size());
    for (Batch batch : batches(group, outcomes)) {
      append(batch);
    }
    return outcomes.stream().map(Arrays::asList).toList();
  }

  private List<Batch> batches(List<Submission> group, List<AppendOutcome[]> outcomes) {
    Map<TenantChannel, ChannelAppend> appends = new LinkedHashMap<>();
    Map<TenantChannel, ChannelAnnouncement> announcements = new LinkedHashMap<>(0);
    for (Submission submission : group) {
      AppendOutcome[] places = new AppendOutcome[submission.envelopes().size()];
      outcomes.add(places);
      for (int i = 0; i < places.length; i++) {
        Envelope envelope = submission.envelopes().get(i);
        if (envelope.ephemeral()) {
          announcements
              .computeIfAbsent(
                  envelope.channel(), c -> new ChannelAnnouncement(c, ChannelKeys.of(redis, c)))
              .add(envelope, places, i);
        } else {
          appends
              .computeIfAbsent(
                  envelope.channel(), c -> new ChannelAppend(c, ChannelKeys.of(redis, c)))
              .add(envelope, places, i);
        }
      }
    }
    Map<HostAndPort, Batch> batches = new LinkedHashMap<>();
    for (ChannelAppend append : appends.values()) {
      try {
        HostAndPort server = redis.serverOf(append.keys().hash());
        batches
            .computeIfAbsent(server, Batch::new)
            .sent()
            .add(new Sent(append, subscriptions.receives(append.keys().announcements())));
      } catch (JedisException e) {
        availability.recordUnassignedKey();
        append.unavailable(OUT_OF_REACH);
      }
    }
    for (ChannelAnnouncement announcement : announcements.values()) {
      try {
        HostAndPort server = redis.serverOf(announcement.keys().hash());
        batches.computeIfAbsent(server, Batch::new).announcements().add(announcement);
      } catch (JedisException e) {
        availability.recordUnassignedKey();
        announcement.answer(OUT_OF_REACH);
      }
    }
    return List.copyOf(batches.values());
  }

  private void append(Batch batch) {
    if (availability.isDown(batch.server())) {
      batch.sent().forEach(sent -> sent.append.unavailable(OUT_OF_REACH));
      batch.announcements().forEach(each -> each.answer(OUT_OF_REACH));
      return;
    }
    Response<Long> replicas = null;
    try (Pipeline pipeline = redis.pipeline(batch.server())) {
      for (Sent sent : batch.sent()) {
        index.add(sent.append.channel());
        activity.onPublish(sent.append.channel());
        sent.response = queue(pipeline, sent.append);
      }
      for (ChannelAnnouncement announcement : batch.announcements()) {
        announcer.queue(pipeline, announcement);
      }
      if (settings.replicas() > 0 && !batch.sent().isEmpty()) {
        replicas = waitForReplicas(pipeline, batch.sent());
      }
      pipeline.sync();
    } catch (JedisException e) {
      availability.recordFailure(batch.server(), e);
    }
    batch.announcements().forEach(announcement -> answer(batch.server(), announcement));
    for (Sent sent : batch.sent()) {
      answer(batch.server(), sent, replicas);
    }
  }

  private Response<Object> queue(Pipeline pipeline, ChannelAppend append) {
    Set<Integer> partitions = append.partitions();
    return SCRIPT.queue(pipeline, append.scriptKeys(partitions), arguments(append, partitions));
  }

  /**
   * Waits until replicas have all that the scripts have written. WAIT counts the connection's own
   * writes only, and a script that finds all ids known writes nothing, although their first
   * publication, on another connection, may not be replicated yet. Therefore a write precedes it.
   */
  private Response<Long> waitForReplicas(Pipeline pipeline, List<Sent> sent) {
    for (Sent each : sent) {
      ChannelAppend append = each.append;
      pipeline.pexpire(
          append.keys().hash(), scriptArguments.rememberedMillis(append.channel().tenant()));
    }
    return pipeline.waitReplicas(settings.replicas(), REPLICAS_MILLIS);
  }

  private List<byte[]> arguments(ChannelAppend append, Collection<Integer> partitions) {
    List<byte[]> arguments = scriptArguments.arguments(append.channel(), partitions);
    arguments.add(window);
    arguments.add(bytes(append.keys().announcements()));
    arguments.add(publish);
    append.addTo(arguments);
    return arguments;
  }

  private void answer(HostAndPort server, Sent sent, @Nullable Response<Long> replicas) {
    List<?> reply;
    try {
      reply = reply(sent);
    } catch (JedisException e) {
      HostAndPort asked = sent.ranAgain ? serverNow(sent.append.keys()) : server;
      sent.append.unavailable(failed(asked, e));
      return;
    }
    if (reply == null) {
      sent.append.unavailable(UNANSWERED);
      return;
    }
    refusal = null;
    List<Publication> publications = sent.append.answered(reply);
    if (!sent.receivesAnnouncements) {
      subscriptions.announceOwn(
          sent.append.channel(), sent.append.keys().announcements(), publications);
    }
    if (ChannelAppend.isFirstPublication(reply) && !publications.isEmpty()) {
      index.onFirstPublication(sent.append.channel());
    }
    Response<Long> confirmations = sent.replicas == null ? replicas : sent.replicas;
    if (confirmations != null && confirmations.get() < settings.replicas()) {
      sent.append.unavailable(UNCONFIRMED);
    }
  }

  /** Returns the server that has the channel now; null when none has. */
  private @Nullable HostAndPort serverNow(ChannelKeys keys) {
    try {
      return redis.serverOf(keys.hash());
    } catch (JedisException e) {
      return null;
    }
  }

  private void answer(HostAndPort server, ChannelAnnouncement announcement) {
    try {
      if (!announcer.complete(announcement)) {
        announcement.answer(UNANSWERED);
      }
    } catch (JedisException e) {
      HostAndPort asked = announcement.ranAgain() ? serverNow(announcement.keys()) : server;
      announcement.answer(failed(asked, e));
    }
  }

  /** Returns a script's reply; null when there was none. */
  private @Nullable List<?> reply(Sent sent) {
    Object reply;
    try {
      reply = sent.response == null ? null : sent.response.get();
    } catch (JedisNoScriptException | JedisRedirectionException e) { // it has not run
      reply = run(sent, sent.append.partitions());
    } catch (IllegalStateException e) {
      return null;
    }
    List<Integer> requested = reply == null ? null : ScriptArguments.requested(reply);
    if (requested != null) {
      Set<Integer> partitions = sent.append.partitions();
      partitions.addAll(requested);
      reply = run(sent, partitions);
    }
    return (List<?>) reply;
  }

  /** Runs a script by itself, and waits for replicas. */
  private Object run(Sent sent, Collection<Integer> partitions) {
    ChannelAppend append = sent.append;
    sent.ranAgain = true;
    Object reply =
        SCRIPT.run(redis.commands(), append.scriptKeys(partitions), arguments(append, partitions));
    if (settings.replicas() > 0) {
      try (Pipeline pipeline = redis.pipeline(redis.serverOf(append.keys().hash()))) {
        sent.replicas = waitForReplicas(pipeline, List.of(sent));
        pipeline.sync();
      }
    }
    return reply;
  }

  /**
   * Returns the outcome of a script whose server did not answer, or answered with an error and has
   * not appended anything.
   *
   * @param server that was asked; null when none has the channel
   */
  private AppendOutcome.Unavailable failed(@Nullable HostAndPort server, JedisException e) {
    if (server == null) {
      availability.recordUnassignedKey();
    }
    boolean serves = server != null && !availability.recordFailure(server, e);
    if (e instanceof JedisConnectionException) {
      return UNANSWERED;
    }
    if (serves) {
      String kind = String.valueOf(e.getMessage()).split(" ", 2)[0];
      if (!kind.equals(refusal)) {
        refusal = kind;
        LOG.log(Level.WARNING, "Redis refuses publications: " + kind);
      }
    }
    return REFUSED;
  }
}
