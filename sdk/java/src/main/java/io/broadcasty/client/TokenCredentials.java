package io.broadcasty.client;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Tokens of a supplier. */
final class TokenCredentials implements Credentials {

  private final Supplier<String> supplier;

  TokenCredentials(Supplier<String> supplier) {
    this.supplier = Objects.requireNonNull(supplier, "supplier");
  }

  @Override
  public Map<String, String> headers(String method, String path, String query, byte[] body) {
    return Map.of("Authorization", "Bearer " + refreshed());
  }

  @Override
  public String refreshed() {
    String token = supplier.get();
    if (token == null) {
      throw new IllegalStateException("the supplier of tokens has returned null");
    }
    return token;
  }
}
