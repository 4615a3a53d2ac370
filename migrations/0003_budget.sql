-- The usage meters of the budget: when a reading was taken, so that it can be forgotten, and a row for the app's own
-- pool, which concerns all pages (its name is no page's: src/contract/budget.ts has the same).

ALTER TABLE graph_budget ADD COLUMN observed_at timestamptz;
UPDATE graph_budget SET observed_at = updated_at WHERE usage_percent IS NOT NULL;
ALTER TABLE graph_budget
  ADD CONSTRAINT usage_is_of_a_time CHECK ((usage_percent IS NULL) = (observed_at IS NULL));

INSERT INTO graph_budget (asset, next_call_at) VALUES ('(app)', now());
