-- The guards, version 9: what the database refuses, whoever asks. All of them are in this file.
-- A released version is never edited: the next one is written whole, with a migration to it.

-- What is written once is neither changed nor deleted.
CREATE FUNCTION shounuo_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not possible: it is kept as it was written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_document
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_versionfont
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_ledgercheckpoint
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();

-- An opening may be deleted, when the person it tells of is erased; it may never say another thing.
CREATE TRIGGER written_once BEFORE UPDATE ON pledges_ledgeropening
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();

-- What was written once about a pledge is blanked or deleted when the pledge is erased, not before.
-- The argument says to what; without one, the row goes. The pledge is looked up in the schema of
-- that row: otherwise a temporary table of its name, which anybody may have, would be asked first.
CREATE FUNCTION shounuo_guard_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %I.pledges_pledge WHERE id = $1 AND status = ''erased'')',
        TG_TABLE_SCHEMA
    ) INTO erased USING OLD.pledge_id;
    IF erased THEN
        IF TG_OP = 'DELETE' AND TG_NARGS = 0 THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND TG_NARGS = 1
            AND to_jsonb(NEW) = to_jsonb(OLD) || TG_ARGV[0]::jsonb THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is not possible: it is kept as it was written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_signature
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_part('{
        "strokes": [], "typed": "", "assertion": {}, "totp_step": null,
        "client_address": null, "user_agent": ""
    }');
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_returnreason
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_part('{"text": ""}');
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_commitment
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_part();

-- A version that is not a draft may only go from published to retired, and take its time with it.
CREATE FUNCTION shounuo_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE'
        AND OLD.status = 'published' AND NEW.status = 'retired'
        AND to_jsonb(OLD) - '{status,retired_at}'::text[]
            = to_jsonb(NEW) - '{status,retired_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a published version is not possible', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER version_guard BEFORE UPDATE OR DELETE ON pledges_templateversion
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_version();

-- The states a pledge may pass through, and the columns each step may write. A number once given
-- is kept, and nothing that was signed is deleted.
-- Into erasure everything personal is blanked, at once and for good, and nothing else is touched.
-- Into expiry a pledge passes as it is, and out of it only into erasure.
-- A draft that nobody asked for may be discarded: its answers are blanked, and its number stays.
CREATE FUNCTION shounuo_guard_pledge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := OLD.status || '>' || COALESCE(NEW.status, '');
    free text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status = 'draft' AND OLD.number IS NULL THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'DELETE of a numbered pledge is not possible'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number THEN
        RAISE EXCEPTION 'a pledge number is never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF step IN ('draft>draft', 'draft>signed') THEN
        RETURN NEW;
    ELSIF step IN ('signed>accepted', 'signed>returned') THEN
        free := '{status,reviewed_at,reviewed_by_id}';
    ELSIF step = 'accepted>expired' THEN
        free := '{status}';
    ELSIF step = 'accepted>revoked' THEN
        free := '{status,revoked_at,revoked_by_id,revocation_reason,revoked_for_good}';
    ELSIF step = 'draft>discarded' AND OLD.assigned_at IS NULL AND OLD.corrects_id IS NULL
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{"status": "discarded", "answers": {}}' THEN
        RETURN NEW;
    ELSIF step IN ('draft>erased', 'returned>erased', 'revoked>erased', 'expired>erased',
            'discarded>erased')
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{
            "status": "erased", "answers": {}, "signer_name": "", "signer_employee_number": "",
            "signer_department": "", "content_digest": "", "revocation_reason": "", "reply": "",
            "assignment_note": ""
        }' THEN
        RETURN NEW;
    ELSE
        free := '{}';
    END IF;
    IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this change of a signed pledge is not possible: %', step
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER pledge_guard BEFORE UPDATE OR DELETE ON pledges_pledge
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_pledge();

-- An item of a batch is settled once, and nothing of a batch is deleted.
CREATE FUNCTION shounuo_guard_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.outcome = 'waiting'
        AND to_jsonb(OLD) - '{outcome,reason,tries,taken_until,settled_at}'::text[]
            = to_jsonb(NEW) - '{outcome,reason,tries,taken_until,settled_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a settled item is not possible', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER item_guard BEFORE UPDATE OR DELETE ON pledges_acceptanceitem
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_item();

-- A reading is given its entry of the ledger once, and loses its reader's name when that person is
-- erased. It is never deleted.
CREATE FUNCTION shounuo_guard_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.entry_id IS NULL AND to_jsonb(NEW) - 'entry_id' = to_jsonb(OLD) - 'entry_id' THEN
            RETURN NEW;
        END IF;
        IF to_jsonb(NEW) = to_jsonb(OLD) || '{"reader_name": ""}' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of a reading is not possible: it is kept as it was noted', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER reading_guard BEFORE UPDATE OR DELETE ON pledges_reading
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_reading();

-- A paper pledge passes through its states in one direction. What it says is fixed once it is filed;
-- a draft, which nobody has filed, may be changed and deleted. A confirmed one never changes but to
-- be withdrawn. When its person is erased, all that is personal is blanked, and nothing else.
CREATE FUNCTION shounuo_guard_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := OLD.state || '>' || COALESCE(NEW.state, '');
    free text[] := '{}';
BEGIN
    IF OLD.state = 'draft' AND step IN ('draft>', 'draft>draft', 'draft>filed') THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'DELETE of a filed paper is not possible'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF step IN ('filed>confirmed', 'filed>rejected') THEN
        free := '{state,settled_at,settled_by_id,reason,upload_stored,record_id}';
    ELSIF step IN ('filed>withdrawn', 'confirmed>withdrawn') THEN
        free := '{state,withdrawn_at,withdrawn_by_id,reason,upload_stored}';
    ELSIF step IN ('draft>erased', 'confirmed>erased', 'rejected>erased', 'withdrawn>erased')
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{
            "state": "erased", "note": "", "file_name": "", "upload_sha256": "",
            "upload_stored": "", "reason": "", "salt": ""
        }' THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this change of a filed paper is not possible: %', step
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER paper_guard BEFORE UPDATE OR DELETE ON pledges_paperpledge
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_paper();

-- What was issued as a record is kept as it was written; of a record may be noted, once, that it was
-- erased with the person whom it shows.
CREATE FUNCTION shounuo_guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
        AND to_jsonb(NEW) - 'erased_at' = to_jsonb(OLD) - 'erased_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a record is not possible: it is kept as it was written', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER record_guard BEFORE UPDATE OR DELETE ON pledges_issuedrecord
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_record();
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_recordfile
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();

-- None of these tables is emptied as a whole.
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_document
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_signature
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_commitment
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_returnreason
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_versionfont
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_templateversion
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_pledge
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_ledgercheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_ledgeropening
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_reading
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_paperpledge
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_issuedrecord
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_recordfile
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();

-- All of them act in every session, also in one that calls itself a replica.
DO $$
DECLARE
    guard record;
BEGIN
    FOR guard IN
        SELECT pg_trigger.tgrelid::regclass AS guarded, pg_trigger.tgname AS name
        FROM pg_trigger
        JOIN pg_proc ON pg_proc.oid = pg_trigger.tgfoid
        JOIN pg_namespace ON pg_namespace.oid = pg_proc.pronamespace
        WHERE pg_namespace.nspname = current_schema() AND pg_proc.proname LIKE 'shounuo\_%'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guard.guarded, guard.name);
    END LOOP;
END $$;
