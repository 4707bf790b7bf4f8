package io.broadcasty.admin.tenant.jpa;

import io.broadcasty.admin.tenant.SettingsText;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stores settings as a JSON text. */
@Converter
public class SettingsConverter
    implements AttributeConverter<@Nullable Map<String, String>, @Nullable String> {

  private static final System.Logger LOG = System.getLogger(SettingsConverter.class.getName());

  @Override
  public @Nullable String convertToDatabaseColumn(@Nullable Map<String, String> settings) {
    return settings == null ? null : SettingsText.write(settings);
  }

  @Override
  public @Nullable Map<String, String> convertToEntityAttribute(@Nullable String text) {
    try {
      return text == null ? null : Map.copyOf(SettingsText.read(text));
    } catch (IllegalArgumentException e) { // shown as none, so that it can be corrected
      LOG.log(Level.WARNING, "The stored settings of a tenant cannot be read", e);
      return Map.of();
    }
  }
}
