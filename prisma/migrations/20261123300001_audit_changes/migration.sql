-- Every change of a setting leaves its row here, whatever code made it: a trigger writes it, so that nobody can forget to. The event that
-- tells of it has the same change set; where the code recorded none, one is made at the end of the transaction.
CREATE TABLE "audit_changes" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "change_set" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "table_name" TEXT NOT NULL,
    "row_key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "workspace_id" TEXT,
    "space_id" TEXT,
    "name" TEXT,
    "before" JSONB,
    "after" JSONB,
    CONSTRAINT "audit_changes_operation" CHECK ("operation" IN ('insert', 'update', 'delete'))
);
CREATE INDEX "audit_changes_change_set_idx" ON "audit_changes" ("change_set", "id");
CREATE TRIGGER "audit_changes_append_only" BEFORE UPDATE OR DELETE ON "audit_changes" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_changes_no_truncate" BEFORE TRUNCATE ON "audit_changes" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- A secret is recorded as having been there, and as having changed: never as what it is, hashed or encrypted or not.
CREATE FUNCTION "audit_without_secrets"("values" jsonb, "mark" text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, CASE
    WHEN value <> 'null'::jsonb AND key ~ '(password|secret|encrypted|hash)' THEN to_jsonb(mark) ELSE value END), '{}')
  FROM jsonb_each("values")
$$;

-- Arguments: the columns of the primary key, and columns that are no settings. As the owner: the application itself may not write here.
CREATE FUNCTION "audit_row_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old_row jsonb := '{}';
  new_row jsonb := '{}';
  whole jsonb;
  old_values jsonb;
  new_values jsonb;
BEGIN
  IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
  whole := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
  old_values := old_row - string_to_array(TG_ARGV[1], ',');
  new_values := new_row - string_to_array(TG_ARGV[1], ',');
  IF TG_OP = 'UPDATE' THEN
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO old_values
      FROM jsonb_each(old_values) WHERE value IS DISTINCT FROM new_row -> key;
    IF old_values = '{}' THEN RETURN NULL; END IF;
    SELECT jsonb_object_agg(key, new_row -> key) INTO new_values FROM jsonb_object_keys(old_values) AS key;
  END IF;
  INSERT INTO audit_changes (change_set, table_name, row_key, operation, workspace_id, space_id, name, before, after)
  VALUES (
    audit_change_set(), TG_TABLE_NAME,
    (SELECT string_agg(whole ->> key, ',' ORDER BY at) FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS k (key, at)),
    lower(TG_OP),
    CASE WHEN TG_TABLE_NAME = 'workspaces' THEN whole ->> 'id' ELSE whole ->> 'workspace_id' END,
    CASE WHEN TG_TABLE_NAME = 'spaces' THEN whole ->> 'id' ELSE whole ->> 'space_id' END,
    coalesce(whole ->> 'name', whole ->> 'email', whole ->> 'repository_name', whole ->> 'reason'),
    CASE WHEN TG_OP <> 'INSERT' THEN audit_without_secrets(old_values, '(hidden)') END,
    CASE WHEN TG_OP <> 'DELETE' THEN
      audit_without_secrets(new_values, CASE WHEN TG_OP = 'UPDATE' THEN '(hidden, changed)' ELSE '(hidden)' END) END
  );
  RETURN NULL;
END $$;

-- Has the changes of a table recorded. Called again by the migration that adds a column to it: a trigger names the columns it looks at, so
-- that what is written often and is no setting (an inventory's revision, the time of a last use) costs nothing.
CREATE FUNCTION "audit_watch"("watched" regclass, "ignored" text[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  keys text;
  settings text;
BEGIN
  SELECT string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int2[], a.attnum)) INTO STRICT keys
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indrelid = watched AND i.indisprimary;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT settings
    FROM pg_attribute WHERE attrelid = watched AND attnum > 0 AND NOT attisdropped AND attname <> ALL (ignored);
  EXECUTE format('DROP TRIGGER IF EXISTS audit_change ON %s', watched);
  EXECUTE format(
    'CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION audit_row_change(%L, %L)',
    settings, watched, keys, array_to_string(ignored, ','));
END $$;

-- The transaction has told of itself.
CREATE FUNCTION "audit_told"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('reclaim.told', 'yes', true);
  RETURN NULL;
END $$;
CREATE TRIGGER "audit_events_told" AFTER INSERT ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "audit_told"();

-- At the end of a transaction that changed settings and recorded no event: the event that was forgotten. Who acts, from where and in which
-- request is what the connection was told (`reclaim.context`); without it the program is named, or whoever else is connected.
CREATE FUNCTION "audit_tell"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  context jsonb := nullif(current_setting('reclaim.context', true), '')::jsonb;
  is_ours boolean := current_setting('application_name') LIKE 'reclaim%';
BEGIN
  IF current_setting('reclaim.told', true) = 'yes' THEN RETURN NULL; END IF;
  INSERT INTO audit_events (id, workspace_id, space_id, actor_kind, actor_id, actor_name, token_id, token_name, address, request_id,
    action, resource_type, resource_id, target_name, data, change_set)
  VALUES (
    'evt_' || replace(gen_random_uuid()::text, '-', ''), NEW.workspace_id, NEW.space_id,
    coalesce(context ->> 'actorKind', CASE WHEN is_ours THEN 'system' ELSE 'database' END), context ->> 'actorId',
    coalesce(context ->> 'actorName', CASE WHEN is_ours THEN 'Reclaim' ELSE session_user::text END),
    context ->> 'tokenId', context ->> 'tokenName', context ->> 'address', context ->> 'requestId',
    NEW.table_name || '.' || NEW.operation, NEW.table_name, NEW.row_key, NEW.name,
    jsonb_strip_nulls(jsonb_build_object('name', NEW.name, 'operation', context ->> 'operation')), NEW.change_set
  );
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "audit_changes_tell" AFTER INSERT ON "audit_changes"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "audit_tell"();

SELECT audit_watch('users');
SELECT audit_watch('user_identities');
SELECT audit_watch('password_links');
SELECT audit_watch('workspaces');
SELECT audit_watch('members');
SELECT audit_watch('invitations');
SELECT audit_watch('api_tokens', '{last_used_at}');
SELECT audit_watch('registries', '{gc_epoch,read_only_run_id,read_only_since,last_write_token_expires_at,unused_blob_count,unused_bytes,unused_blob_bytes,unused_manifest_count,unused_measured_at,blob_cache,last_crawled_at,health,health_error,health_checked_at,health_latency_ms,findings,pull_tracking_since}');
SELECT audit_watch('spaces', '{inventory_revision}');
SELECT audit_watch('space_bindings');
SELECT audit_watch('reclaim_rules', '{next_run_at,armed_revision,armed_by_run_id,quota_fired_at,updated_at}');
SELECT audit_watch('lifecycle_policies', '{updated_at}');
SELECT audit_watch('platform_rules', '{updated_at}');
SELECT audit_watch('platform_settings');
SELECT audit_watch('pins');
SELECT audit_watch('gc_schedules', '{next_run_at,updated_at}');
SELECT audit_watch('gc_requests');
