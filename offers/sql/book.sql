-- Uses offers at once: makes the transaction's redemption, takes what its items want and keeps the answer, so that
-- a till's commit is one way there and back, and the hot rows are held for what is left of one statement.
--
-- Does nothing where the till has to be served step by step: its caller may not, its
-- transaction has a redemption, or the catalogue is not the one that the caller decided by.
--
-- p_may     whether the caller may still do this
-- p_is_plain, p_items  as `offers.take` wants them, at least one item
-- p_answer  the answer if everything is granted as asked; its items stand in the order of p_items
CREATE FUNCTION offers.book(
    p_may boolean,
    p_catalogue bigint,
    p_id uuid,
    p_store_no bigint,
    p_terminal text,
    p_business_day date,
    p_number text,
    p_revision integer,
    p_decision uuid,
    p_record_no bigint,
    p_flags text[],
    p_currency text,
    p_happened_at timestamptz,
    p_now timestamptz,
    p_used_at timestamptz,
    p_is_plain boolean,
    p_items jsonb,
    p_digest bytea,
    p_answer json
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_redemption_no bigint;
    v_granted record;
    v_place integer := 0;
    v_cut jsonb;                    -- the answer, where a limit gives less than was asked
BEGIN
    IF NOT p_may THEN
        RETURN;
    END IF;
    INSERT INTO offers.redemption (
        id, store_no, terminal, business_day, number, revision, state, decision, record_no, occurred_at, received_at,
        flags)
    SELECT p_id, p_store_no, p_terminal, p_business_day, p_number, p_revision, 'committed', p_decision, p_record_no,
           p_happened_at, p_now, p_flags
      FROM offers.catalogue AS k WHERE k.version = p_catalogue
        ON CONFLICT (store_no, terminal, business_day, number) DO NOTHING
    RETURNING redemption_no INTO v_redemption_no;
    IF v_redemption_no IS NULL THEN
        RETURN;
    END IF;
    FOR v_granted IN
        SELECT * FROM offers.take(v_redemption_no, p_is_plain, p_store_no, p_business_day, p_record_no, p_currency,
                                  p_used_at, p_now, NULL, false, p_items)
    LOOP
        IF v_granted.granted_minor < (p_items -> v_place ->> 'asked_minor')::bigint THEN
            v_cut := jsonb_set(coalesce(v_cut, p_answer::jsonb), ARRAY['items', v_place::text],
                               coalesce(v_cut, p_answer::jsonb) #> ARRAY['items', v_place::text]
                               || jsonb_build_object('granted_minor', v_granted.granted_minor,
                                                     'reason', v_granted.reason));
        END IF;
        v_place := v_place + 1;
    END LOOP;
    INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
    VALUES (v_redemption_no, 'commit', 0, p_digest, coalesce(v_cut::json, p_answer), p_now);
END
$$
