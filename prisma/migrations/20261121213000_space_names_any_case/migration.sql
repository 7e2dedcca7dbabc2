-- "Team" and "team" in one workspace are told apart by nobody: the older keeps its name, the others are told apart by the end of their id.
UPDATE "spaces" s SET "name" = left(s."name", 40) || ' ' || right(s."id", 8)
FROM (SELECT "id", row_number() OVER (PARTITION BY "workspace_id", lower("name") ORDER BY "created_at", "id") AS place
  FROM "spaces" WHERE "removed_at" IS NULL) same
WHERE same."id" = s."id" AND same.place > 1;

DROP INDEX "spaces_workspace_id_name_key";
CREATE UNIQUE INDEX "spaces_workspace_id_name_key" ON "spaces"("workspace_id", lower("name")) WHERE "removed_at" IS NULL;
