-- On MariaDB and MySQL, texts that differ in blanks at their end become different keys: ids, users and tokens
-- are compared as they are, as on the other databases. broadcasty_events is left as it is, since no text in it
-- is looked up that could end in a blank, and it may be too large to be written anew.
${only_mysql}ALTER TABLE broadcasty_store CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_streams CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_ids CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_mirror CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_spool CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_channels CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_api_keys CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_audit_logs CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_locks CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_relay CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_relay_claims CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_relay_since CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_user_push_subs CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_topics CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_sends CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_dispatches CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_pending CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_receipts CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_push_usage CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_control CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_nodes CONVERT TO ${characters};
${only_mysql}ALTER TABLE broadcasty_occupancy CONVERT TO ${characters};
