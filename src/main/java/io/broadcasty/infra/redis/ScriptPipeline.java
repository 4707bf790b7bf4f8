package io.broadcasty.infra.redis;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Runs a script many times, for different keys, in one pipeline for each server. A server that does
 * not answer fails only its own calls.
 */
public final class ScriptPipeline {

  private static final System.Logger LOG = System.getLogger(ScriptPipeline.class.getName());

  /** One run of the script; its keys are all on one server. */
  public record Call(List<byte[]> keys, List<byte[]> arguments) {}

  /**
   * What came of a call.
   *
   * @param value what the script returned, if there is no failure
   * @param failure why there is no value; the script may have run nevertheless
   */
  public record Reply(@Nullable Object value, @Nullable JedisException failure) {

    /**
     * Returns what the script returned.
     *
     * @throws JedisException when there is no answer
     */
    public List<?> list() {
      if (failure != null) {
        throw failure;
      }
      return value == null ? List.of() : (List<?>) value;
    }
  }

  private final Redis redis;
  private final Script script;

  public ScriptPipeline(Redis redis, Script script) {
    this.redis = redis;
    this.script = script;
  }

  /** Runs the calls to each server in their order, and returns the replies in the same order. */
  public List<Reply> run(List<Call> calls) {
    @Nullable Reply[] replies = new @Nullable Reply[calls.size()];
    Map<HostAndPort, List<Integer>> byServer = new LinkedHashMap<>();
    for (int i = 0; i < replies.length; i++) {
      try {
        HostAndPort server = redis.serverOf(calls.get(i).keys().get(0));
        byServer.computeIfAbsent(server, s -> new ArrayList<>()).add(i);
      } catch (JedisException e) {
        replies[i] = new Reply(null, e);
      }
    }
    byServer.forEach((server, places) -> run(server, calls, places, replies));
    @SuppressWarnings("NullAway") // all elements are set now
    List<Reply> all = Arrays.asList(replies);
    return all;
  }

  private void run(
      HostAndPort server, List<Call> calls, List<Integer> places, @Nullable Reply[] replies) {
    if (redis.availability().isDown(server)) {
      JedisException down = new JedisConnectionException("Redis at " + server + " does not serve");
      places.forEach(place -> replies[place] = new Reply(null, down));
      return;
    }
    List<Integer> left = places;
    while (!left.isEmpty()) {
      List<Integer> unknown = send(server, calls, left, replies);
      if (!unknown.isEmpty()) { // the server learns the script with the first call
        replies[unknown.get(0)] = runAlone(calls.get(unknown.get(0)));
      }
      left = unknown.isEmpty() ? unknown : unknown.subList(1, unknown.size());
    }
  }

  /** Sends calls in a pipeline; returns those that have not run because the script is unknown. */
  private List<Integer> send(
      HostAndPort server, List<Call> calls, List<Integer> places, @Nullable Reply[] replies) {
    List<Response<Object>> responses = new ArrayList<>(places.size());
    JedisException broken = null;
    try (Pipeline pipeline = redis.pipeline(server)) {
      for (int place : places) {
        responses.add(
            script.queue(pipeline, calls.get(place).keys(), calls.get(place).arguments()));
      }
      pipeline.sync();
    } catch (JedisException e) {
      broken = e;
      refresh();
    }
    List<Integer> unknown = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      try {
        replies[place] =
            broken == null ? new Reply(responses.get(i).get(), null) : new Reply(null, broken);
      } catch (JedisNoScriptException e) {
        unknown.add(place);
      } catch (JedisRedirectionException e) {
        replies[place] = runAlone(calls.get(place));
      } catch (JedisException e) {
        replies[place] = new Reply(null, e);
      }
    }
    return unknown;
  }

  private Reply runAlone(Call call) {
    try {
      return new Reply(script.run(redis.commands(), call.keys(), call.arguments()), null);
    } catch (JedisException e) {
      return new Reply(null, e);
    }
  }

  /** Reads which server has which keys, since another one may have taken over in a Cluster. */
  private void refresh() {
    if (redis.settings().kind() == RedisSettings.Kind.CLUSTER) {
      try {
        redis.refresh();
      } catch (JedisException e) {
        LOG.log(Level.DEBUG, "Cannot read the topology of the Cluster", e);
      }
    }
  }
}
