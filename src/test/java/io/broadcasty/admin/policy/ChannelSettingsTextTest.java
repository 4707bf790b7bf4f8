package io.broadcasty.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.RetentionLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelSettingsTextTest {

  @Test
  void whatIsWrittenIsRead() {
    assertNull(ChannelSettingsText.write(ChannelSettings.NONE));
    assertEquals(ChannelSettings.NONE, ChannelSettingsText.read(null));
    for (ChannelSettings each :
        List.of(
            new ChannelSettings(
                new RetentionLimits(1L, 2L, 1L << 50), true, 64, false, true, false),
            new ChannelSettings(
                new RetentionLimits(null, 2L, null), false, null, true, false, false),
            new ChannelSettings(RetentionLimits.NONE, false, 1, true, false, true),
            new ChannelSettings(RetentionLimits.NONE, false, null, true, true, false))) {
      assertEquals(each, ChannelSettingsText.read(ChannelSettingsText.write(each)));
    }
    assertEquals(
        "{\"retention\":{\"count\":2},\"presence\":false}",
        ChannelSettingsText.write(
            new ChannelSettings(
                new RetentionLimits(null, 2L, null), false, null, false, false, false)));
  }

  @Test
  void whatALaterReleaseWroteBesidesIsLeftOut() {
    assertEquals(
        new ChannelSettings(new RetentionLimits(5L, null, null), true, null, true, false, false),
        ChannelSettingsText.read(
            """
            {"new": {"a": [1]}, "retention": {"seconds": 5, "new": [2]}, "compaction": true}
            """));
    assertThrows(IllegalArgumentException.class, () -> ChannelSettingsText.read("[]"));
    assertThrows(IllegalArgumentException.class, () -> ChannelSettingsText.read("{"));
  }
}
