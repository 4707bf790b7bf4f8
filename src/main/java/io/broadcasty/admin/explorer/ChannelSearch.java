package io.broadcasty.admin.explorer;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A search for channels, one page of it.
 *
 * @param prefix what the names begin with; may be empty
 * @param kind the kind of the channels; null for all
 * @param occupied whether to find only channels that have subscribers
 * @param after the channel before the page; null for the first page
 * @param limit how many channels the page looks at
 */
public record ChannelSearch(
    TenantId tenant,
    String prefix,
    ChannelName.@Nullable Kind kind,
    boolean occupied,
    @Nullable ChannelName after,
    int limit) {}
