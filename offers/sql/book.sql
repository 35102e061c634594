-- Uses offers at once, each as it was asked for or none of them: makes the transaction's redemption, claims what its
-- items want and keeps the answer, so that a till's commit is one way there and back.
--
-- Does nothing where the till has to be served step by step: its caller may not, its transaction has a redemption,
-- the catalogue is not the one that the caller decided by, something is stopped, or a limit has no room for all of
-- it. The rows that all tills want come last and are held for what is left of one statement. Room that went since the
-- look at it is not found out by asking again: the row's check refuses, and nothing of this stands.
--
-- p_may        whether the caller may still do this
-- p_campaigns  what is used; p_money, what of it counts against a budget, runs beside it
-- p_items      [{item, campaign_no, offer, line, quantity_milli, desired_minor, asked_minor, before_minor, reason}], as
--              `offers.take` wants them
-- p_answer     the answer
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
    p_campaigns bigint[],
    p_money bigint[],
    p_items jsonb,
    p_digest bytea,
    p_answer json
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_rows bigint[];                -- the limits, in the order in which everybody takes them
    v_units bigint[];               -- what is taken of each
    c_store_day CONSTANT smallint := 1;
    c_uses CONSTANT smallint := 2;
    c_budget CONSTANT smallint := 3;
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT c.capacity_no, c.kind, w.units, c.cap - c.taken AS room
          FROM unnest(p_campaigns, p_money) AS a (campaign_no, money)
         CROSS JOIN LATERAL (VALUES (c_store_day, '', '', 0), (c_store_day, p_store_no::text, p_business_day::text, 1),
                                    (c_uses, '', '', 1), (c_budget, p_currency, '', a.money))
                         AS w (kind, subject, bucket, units)
          JOIN offers.capacity AS c
            ON c.campaign_no = a.campaign_no AND c.kind = w.kind AND c.subject = w.subject AND c.bucket = w.bucket
    ), made AS (
        INSERT INTO offers.redemption (
            id, store_no, terminal, business_day, number, revision, state, decision, record_no, occurred_at,
            received_at, flags)
        SELECT p_id, p_store_no, p_terminal, p_business_day, p_number, p_revision, 'committed', p_decision,
               p_record_no, p_happened_at, p_now, p_flags
          FROM offers.catalogue AS k
         WHERE p_may AND k.version = p_catalogue
           AND NOT (k.stopped_all OR p_store_no = ANY (k.stopped_stores) OR k.stopped_campaigns && p_campaigns)
           AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.units > w.room)
           -- A limit a store and day has a row that says so; the first use of a day finds no other.
           AND (SELECT count(*) FILTER (WHERE w.units = 0) = count(*) FILTER (WHERE w.units > 0)
                  FROM wanted AS w WHERE w.kind = c_store_day)
            ON CONFLICT (store_no, terminal, business_day, number) DO NOTHING
        RETURNING redemption_no
    ), items AS (
        INSERT INTO offers.redemption_item (
            redemption_no, item, campaign_no, offer, line, record_no, quantity_milli, uses, desired_minor,
            granted_minor, reason, state, used_at)
        SELECT m.redemption_no, i.item, i.campaign_no, i.offer, i.line, p_record_no, i.quantity_milli,
               CASE WHEN i.before_minor = 0 THEN 1 ELSE 0 END, i.desired_minor, i.asked_minor, i.reason, 'committed',
               p_used_at
          FROM made AS m
         CROSS JOIN jsonb_to_recordset(p_items)
            AS i (item smallint, campaign_no bigint, offer text, line text, quantity_milli bigint,
                  desired_minor bigint, asked_minor bigint, before_minor bigint, reason text)
    ), claimed AS (
        INSERT INTO offers.claim (redemption_no, capacity_no, taken, over)
        SELECT m.redemption_no, w.capacity_no, w.units, 0 FROM made AS m CROSS JOIN wanted AS w WHERE w.units > 0
    ), kept AS (
        INSERT INTO offers.redemption_call (redemption_no, operation, revision, digest, answer, at)
        SELECT m.redemption_no, 'commit', 0, p_digest, p_answer, p_now FROM made AS m
    )
    SELECT array_agg(w.capacity_no), array_agg(w.units)
      INTO v_rows, v_units
      FROM (SELECT * FROM wanted WHERE units > 0 ORDER BY kind, capacity_no) AS w
     WHERE EXISTS (SELECT FROM made);

    FOR v_place IN 1 .. coalesce(cardinality(v_rows), 0) LOOP
        UPDATE offers.capacity AS c SET taken = c.taken + v_units[v_place] WHERE c.capacity_no = v_rows[v_place];
    END LOOP;
END
$$
