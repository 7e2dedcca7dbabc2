-- What a manifest is made of, beside it: a plan reads that with the manifest, where it walked a dozen entries of an index for each image.
ALTER TABLE "manifests" ADD COLUMN "content" BYTEA, ADD COLUMN "children" TEXT;
-- Hashes do not shrink: nobody need try.
ALTER TABLE "manifests" ALTER COLUMN "content" SET STORAGE EXTERNAL;
UPDATE "manifests" m SET "content" = r."content", "children" = r."children"
FROM (
  SELECT "registry_id", "manifest_digest",
    string_agg(int8send("digest_key") || int8send("size_bytes"), ''::bytea ORDER BY "ordinal") FILTER (WHERE "role" IN ('config', 'layer')) AS "content",
    string_agg("digest", ',' ORDER BY "ordinal") FILTER (WHERE "role" = 'child') AS "children"
  FROM "manifest_references" WHERE NOT "is_foreign"
  GROUP BY "registry_id", "manifest_digest"
) r
WHERE m."registry_id" = r."registry_id" AND m."digest" = r."manifest_digest";
