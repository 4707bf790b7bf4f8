package io.broadcasty.relay.pusher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

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
      parameters.put("body_md5", md5(body));
    }
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining("&"));
    return query + "&auth_signature=" + sign(method + "\n" + path + "\n" + query);
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide HmacSHA256", e);
    }
  }

  private static String md5(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide MD5", e);
    }
  }

  @Override
  public String toString() {
    return "Signature[" + key + "]";
  }
}
