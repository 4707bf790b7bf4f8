package io.broadcasty.admin.audit;

/**
 * An entry of a chain, by which everything before it is fixed.
 *
 * @param tenant empty for the whole service
 * @param number its place in the chain; 0 before the first entry
 * @param hash its hash; empty before the first entry
 */
public record ChainHead(String tenant, long number, String hash) {}
