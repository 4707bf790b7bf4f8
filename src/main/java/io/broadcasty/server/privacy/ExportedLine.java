package io.broadcasty.server.privacy;

import io.broadcasty.wire.JsonWriter;

/** Writes exported items, each as a line of JSON that names its area. */
final class ExportedLine {

  private ExportedLine() {}

  static String of(String area, JsonWriter.Body fields) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("area", area);
          fields.write(json);
        });
  }
}
