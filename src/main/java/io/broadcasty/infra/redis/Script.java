package io.broadcasty.infra.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A Lua script, which Redis runs atomically. Called by its hash; the source is sent only to a
 * server that does not know it.
 */
public final class Script {

  private final byte[] text;
  private final byte[] sha;

  private Script(byte[] text) {
    this.text = text;
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
      this.sha = HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-1", e);
    }
  }

  /** Loads a script from resources beside a class, concatenated. */
  public static Script load(Class<?> beside, String... resources) {
    StringBuilder text = new StringBuilder();
    for (String resource : resources) {
      try (InputStream in = beside.getResourceAsStream(resource)) {
        if (in == null) {
          throw new IllegalStateException("the WAR has no " + resource);
        }
        text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)).append('\n');
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Script(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Runs the script and waits for its result. */
  public Object run(UnifiedJedis commands, List<byte[]> keys, List<byte[]> arguments) {
    try {
      return commands.evalsha(sha, keys, arguments);
    } catch (JedisNoScriptException e) {
      return commands.eval(text, keys, arguments);
    }
  }

  /**
   * Queues a run in a pipeline. If the result is a {@link JedisNoScriptException}, the script has
   * not run; use {@link #run} then.
   */
  public Response<Object> queue(
      AbstractPipeline pipeline, List<byte[]> keys, List<byte[]> arguments) {
    return pipeline.evalsha(sha, keys, arguments);
  }
}
