package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The configuration keys of a back end that decides who may do what. */
final class PolicyConfigKeys {

  static final ConfigKey<String> URL =
      new ConfigKey<>(
          "broadcasty.policy.callback.url",
          ConfigType.TEXT,
          null,
          "https://backend.example.com/broadcasty/decide",
          "Where a back end is asked who may do what, in place of the built-in rules and of stored"
              + " policies. Without an answer nothing is allowed.");

  static final ConfigKey<List<String>> SECRETS =
      new ConfigKey<>(
          "broadcasty.policy.callback.secrets",
          ConfigType.LIST,
          null,
          "whsec_ and 32 random bytes as base64",
          "Secrets that sign what the back end is asked, as Standard Webhooks has it: whsec_ and 24"
              + " to 64 bytes as base64 (echo whsec_$(openssl rand -base64 32)). Each of them signs"
              + " every request, so that one can be replaced without a gap.");

  static final ConfigKey<Duration> TIMEOUT =
      new ConfigKey<>(
          "broadcasty.policy.callback.timeout",
          ConfigType.duration(Duration.ofMillis(100), Duration.ofSeconds(10)),
          "2s",
          "500ms",
          "Time in which the back end must have answered. Whoever asked waits for it.");

  static final ConfigKey<List<String>> HOSTS =
      new ConfigKey<>(
          "broadcasty.policy.callback.allowed-hosts",
          ConfigType.LIST,
          null,
          "http://backend:8080",
          "Hosts that may be asked. A host name or *.domain allows https to public addresses; an"
              + " origin, such as http://backend:8080, allows that one at any address. If unset,"
              + " every host with a public address is allowed over https.");

  /** The keys in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(URL, SECRETS, TIMEOUT, HOSTS);

  private PolicyConfigKeys() {}
}
