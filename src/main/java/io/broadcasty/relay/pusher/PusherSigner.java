package io.broadcasty.relay.pusher;

import io.broadcasty.core.hash.Hashes;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Signs requests for Pusher's HTTP API (Pusher's reference, "Generating authentication
 * signatures").
 *
 * @param key identifies the secret
 */
record PusherSigner(String key, String secret) {

  /** Returns the query of a request with its signature; none of its values needs escaping. */
  String query(String method, String path, byte[] body, long epochSeconds) {
    SortedMap<String, String> parameters =
        new TreeMap<>(
            Map.of(
                "auth_key",
                key,
                "auth_timestamp",
                Long.toString(epochSeconds),
                "auth_version",
                "1.0"));
    if (body.length > 0) {
      parameters.put("body_md5", Hashes.md5Hex(body, body.length));
    }
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining("&"));
    return query
        + "&auth_signature="
        + Hashes.hmacSha256Hex(secret, method + "\n" + path + "\n" + query);
  }

  @Override
  public String toString() {
    return "Signature[" + key + "]";
  }
}
