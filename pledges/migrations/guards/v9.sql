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
-- Before its review a pledge may be withdrawn, a draft only with a number: without one it goes.
-- A draft moves from version to version, and never to another template.
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
    IF NEW.template_id <> OLD.template_id THEN
        RAISE EXCEPTION 'a pledge stays with its template'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF step IN ('draft>draft', 'draft>signed') THEN
        RETURN NEW;
    ELSIF step IN ('signed>accepted', 'signed>returned') THEN
        free := '{status,reviewed_at,reviewed_by_id}';
    ELSIF step = 'signed>withdrawn' OR (step = 'draft>withdrawn' AND OLD.number IS NOT NULL) THEN
        free := '{status,withdrawn_at,withdrawn_by_id,withdrawn_why,withdrawal_reason}';
    ELSIF step = 'accepted>expired' THEN
        free := '{status}';
    ELSIF step = 'accepted>revoked' THEN
        free := '{status,revoked_at,revoked_by_id,revocation_reason,revoked_for_good}';
    ELSIF step = 'draft>discarded' AND OLD.assigned_at IS NULL AND OLD.corrects_id IS NULL
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{"status": "discarded", "answers": {}}' THEN
        RETURN NEW;
    ELSIF step IN ('draft>erased', 'returned>erased', 'revoked>erased', 'expired>erased',
            'discarded>erased', 'withdrawn>erased')
        AND to_jsonb(NEW) = to_jsonb(OLD) || '{
            "status": "erased", "answers": {}, "signer_name": "", "signer_employee_number": "",
            "signer_department": "", "content_digest": "", "revocation_reason": "", "reply": "",
            "assignment_note": "", "withdrawal_reason": ""
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

-- Whether an audience rule still says the same, but for numbers of people who were erased since.
CREATE FUNCTION shounuo_same_rule(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql AS $$
    SELECT before - '{include,exclude}'::text[] = after - '{include,exclude}'::text[]
        AND (SELECT jsonb_agg(clause - 'values') FROM jsonb_path_query(before, '$.*[*]') clause)
            IS NOT DISTINCT FROM
            (SELECT jsonb_agg(clause - 'values') FROM jsonb_path_query(after, '$.*[*]') clause)
        AND jsonb_path_query_array(before, '$.include.size()')
            = jsonb_path_query_array(after, '$.include.size()')
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(
                jsonb_path_query_array(before, '$.*[*].values[*]')
            ) WITH ORDINALITY AS old (value, place)
            FULL JOIN jsonb_array_elements(
                jsonb_path_query_array(after, '$.*[*].values[*]')
            ) WITH ORDINALITY AS new (value, place) USING (place)
            WHERE old.value IS DISTINCT FROM new.value
                AND (new.value IS NULL OR new.value #>> '{}' !~ '^erased-[0-9]+$')
        )
$$;

-- A signing task that was launched keeps what it was launched with and goes one way: running, then
-- closed or cancelled, and then it never changes again. Only a draft is deleted.
CREATE FUNCTION shounuo_guard_task() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text := OLD.state || '>' || COALESCE(NEW.state, '');
    free text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'DELETE of a launched task is not possible'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF step IN ('draft>draft', 'draft>running') THEN
        RETURN NEW;
    ELSIF step = 'running>running' THEN
        free := '{due_on,closing_since,closed_by_id,cancellation_reason,cancellation_asked_at,
            cancellation_asked_by_id}';
    ELSIF step = 'running>closed' THEN
        free := '{state,closing_since,closed_at,closed_by_id}';
    ELSIF step = 'running>cancelled' THEN
        free := '{state,cancelled_at,cancelled_by_id}';
    ELSE
        free := '{}';
    END IF;
    IF NEW.audience <> OLD.audience AND shounuo_same_rule(OLD.audience, NEW.audience) THEN
        free := free || 'audience'::text;
    END IF;
    IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this change of a signing task is not possible: %', step
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER task_guard BEFORE UPDATE OR DELETE ON pledges_signingtask
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_task();

-- A member of a task is never deleted, and stays the one that the list commits to. Where they stood
-- when it was closed is written once. What erasure empties stays empty; of a task that has ended,
-- nothing else changes, but that a deleted draft is no longer theirs.
CREATE FUNCTION shounuo_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text;
    free text[] := '{due_on,salt,pledge_id,objection,objected_at,standing_at_close,document_at_close}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        EXECUTE format('SELECT state FROM %I.pledges_signingtask WHERE id = $1', TG_TABLE_SCHEMA)
            INTO state USING OLD.task_id;
        IF state <> 'running' THEN
            free := '{salt,objection,pledge_id}';
        END IF;
        IF to_jsonb(OLD) - free = to_jsonb(NEW) - free
            AND NEW.salt IN (OLD.salt, '')
            AND OLD.standing_at_close IN (NEW.standing_at_close, '')
            AND (OLD.standing_at_close = '' OR NEW.document_at_close = OLD.document_at_close)
            AND (state = 'running' OR (NEW.objection IN (OLD.objection, '')
                AND (NEW.pledge_id IS NULL OR NEW.pledge_id = OLD.pledge_id))) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of a member of a signing task is not possible', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER member_guard BEFORE UPDATE OR DELETE ON pledges_taskmember
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_member();

-- Which versions counted in a task that has ended stays as it was.
CREATE FUNCTION shounuo_guard_counting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    EXECUTE format('SELECT state FROM %I.pledges_signingtask WHERE id = $1', TG_TABLE_SCHEMA)
        INTO state USING COALESCE(NEW.task_id, OLD.task_id);
    IF TG_OP <> 'UPDATE' AND state IN ('draft', 'running') THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION '% of a version that counts in a signing task is not possible', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER counting_guard BEFORE INSERT OR UPDATE OR DELETE ON pledges_taskversion
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_counting();

-- An excuse says what was asked for, is settled once, and ends once.
CREATE FUNCTION shounuo_guard_excuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.outcome = 'open' AND NEW.outcome IN ('approved', 'rejected') THEN
            free := '{outcome,settled_by_id,settled_at}';
        ELSIF OLD.outcome = 'approved' AND NEW.outcome = 'approved' AND OLD.ended_at IS NULL THEN
            free := '{ended_at}';
        END IF;
        IF to_jsonb(OLD) - free = to_jsonb(NEW) - free THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of an excuse is not possible: it is settled once', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER excuse_guard BEFORE UPDATE OR DELETE ON pledges_excuse
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_excuse();

-- How a version took the place of another is decided once.
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON pledges_versionstep
    FOR EACH ROW EXECUTE FUNCTION shounuo_refuse();

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

-- What somebody was told is claimed once; its mail may leave on a later day.
CREATE FUNCTION shounuo_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.told_on >= OLD.told_on
        AND to_jsonb(NEW) - 'told_on' = to_jsonb(OLD) - 'told_on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a notice is not possible: it is kept as it was claimed', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER notice_guard BEFORE UPDATE OR DELETE ON pledges_noticeclaim
    FOR EACH ROW EXECUTE FUNCTION shounuo_guard_notice();

-- None of these tables is emptied as a whole.
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_noticeclaim
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
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
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_versionstep
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_pledge
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_ledgercheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_ledgeropening
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_reading
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_issuedrecord
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_recordfile
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_signingtask
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_taskmember
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_taskversion
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_excuse
    FOR EACH STATEMENT EXECUTE FUNCTION shounuo_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON pledges_paperpledge
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
