package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.jwt.Issuers;
import io.broadcasty.core.auth.jwt.TestIssuer;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.server.config.SettingsWarning;
import java.io.IOException;
import java.io.StringReader;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads the pages about identity providers word by word: with the settings of a page, a token with
 * the claims of the page is the user that the page says. Only the address of the provider is
 * replaced by that of a provider on this machine.
 */
class ProviderPagesTest {

  /** A moment at which the tokens of the pages are valid. */
  private static final WallClock CLOCK = () -> 1_790_000_100_000L;

  @ParameterizedTest
  @ValueSource(
      strings = {"sso-keycloak", "sso-entra", "sso-auth0", "sso-okta", "sso-oidc", "sso-server"})
  void theSettingsTakeTheClaims(String name) throws Exception {
    DocumentPage page = new DocumentPage("docs/howto/" + name + ".md");
    String claims = only(page.blocks("json"));
    String named = String.valueOf(parse(claims).get("iss"));
    String address = named.replaceAll("/$", "");
    try (TestIssuer provider = new TestIssuer("/provider")) {
      String replaced = named.replace(address, provider.issuer());
      provider.nameIssuer(replaced);
      Settings settings =
          settings(only(page.blocks("properties")).replace(address, provider.issuer()));
      Issuers issuers = issuers(settings);
      Map<String, Object> sent = parse(claims);
      sent.put("iss", replaced);
      assertEquals(
          only(page.blocks("text")).strip(),
          TestIssuer.describe(issuers.authenticate(provider.sign(CLOCK.now(), sent))));
      assertTrue(SettingsWarning.of(settings).stream().noneMatch(ProviderPagesTest::isOfTokens));
      sent.put("aud", "another application");
      assertInstanceOf(
          Refused.class, issuers.authenticate(provider.sign(CLOCK.now(), sent)), "other audience");
    }
  }

  /** The only warning may be about plain HTTP, which the provider of the test speaks. */
  private static boolean isOfTokens(SettingsWarning warning) {
    return warning.key().endsWith("audiences") || warning.key().endsWith("issuer");
  }

  private static Issuers issuers(Settings settings) {
    return new Issuers(
        settings.jwt().hasKeys() ? settings.jwt() : null,
        settings.issuers(),
        CLOCK,
        Ticker.system());
  }

  private static Settings settings(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    ConfigMap configuration = new ConfigMap();
    properties.forEach((key, value) -> configuration.texts.put((String) key, (String) value));
    return SettingsReader.read(configuration);
  }

  private static Map<String, Object> parse(String claims) throws ParseException {
    return JSONObjectUtils.parse(claims);
  }

  private static String only(List<String> blocks) {
    assertEquals(1, blocks.size());
    return blocks.get(0);
  }
}
