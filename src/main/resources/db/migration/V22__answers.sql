-- What nodes have answered to a question that another node has put on broadcasty_control. answer: JSON in UTF-8.
-- The node that asked deletes the rows; what it has left is deleted later.
CREATE TABLE broadcasty_answers (
  question_id VARCHAR(36)${collate} NOT NULL,
  node VARCHAR(64)${collate} NOT NULL,
  answer ${bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (question_id, node)
)${table_options};
CREATE INDEX broadcasty_answers_age ON broadcasty_answers (created_at);
