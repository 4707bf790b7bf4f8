package io.broadcasty.redis;

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
 * A Lua script, which Redis runs alone from its beginning to its end. Called by its hash; sent as a
 * whole only to a server that does not know it.
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
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** Made of resources beside a class, one after the other. */
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

  /** Runs it and waits for its result. */
  public Object run(UnifiedJedis commands, List<byte[]> keys, List<byte[]> arguments) {
    try {
      return commands.evalsha(sha, keys, arguments);
    } catch (JedisNoScriptException e) {
      return commands.eval(text, keys, arguments);
    }
  }

  /**
   * Has it run with a pipeline. Where the result is a {@link JedisNoScriptException}, it has not
   * run, and {@link #run} does it.
   */
  public Response<Object> queue(
      AbstractPipeline pipeline, List<byte[]> keys, List<byte[]> arguments) {
    return pipeline.evalsha(sha, keys, arguments);
  }
}
