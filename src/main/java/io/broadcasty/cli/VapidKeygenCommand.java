package io.broadcasty.cli;

import io.broadcasty.push.webpush.VapidKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** Makes the key pair of Web Push. */
@Command(
    name = "vapid:keygen",
    description = {
      "Makes a key pair for Web Push (VAPID) and prints it as variables, this once.",
      "Browsers that have subscribed with another public key have to subscribe again."
    })
final class VapidKeygenCommand extends BaseCommand {

  @Override
  ExitCode run(Output output) {
    VapidKeys keys = VapidKeys.generate();
    Map<String, String> pair = new LinkedHashMap<>();
    pair.put("WEBPUSH_VAPID_PUBLIC_KEY", keys.publicKeyText());
    pair.put("WEBPUSH_VAPID_PRIVATE_KEY", keys.privateKeyText());
    output.variables(pair);
    return ExitCode.DONE;
  }
}
