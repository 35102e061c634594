-- Replaces what a redemption holds by what its items want, as far as there is room, and writes the items.
--
-- One call, so that the hot rows are held for one statement and the commit. Rows are taken in the order
-- (kind, capacity_no) by everybody, so nobody waits in a circle. Without items it gives everything back.
--
-- p_expires_at  until when it is held; NULL: committed, the holds become claims
-- p_facts       it has happened: what finds no room is booked as over instead of being refused
-- p_items       [{item, campaign_no, offer, line, quantity_milli, desired_minor, asked_minor, reason, over, unit, code,
--               code_uses}]: what the campaign gives and what of it may be charged (more than 0), why that is less,
--               whether it is over a limit that is not counted here, whether it is money or points, the code that
--               brought it (hex, as it is stored) and how often that code may be used
CREATE FUNCTION offers.take(
    p_redemption_no bigint,
    p_record_no bigint,
    p_currency text,
    p_used_at timestamptz,
    p_now timestamptz,
    p_expires_at timestamptz,
    p_facts boolean,
    p_items jsonb
) RETURNS TABLE (item smallint, granted_minor bigint, over_limit boolean, reason text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_campaigns bigint[];           -- the campaigns asked for; the next three run beside it
    v_given bigint[];               -- the money each may still give
    v_why text[];                   -- why it gives less
    v_over boolean[];               -- whether it went over a limit
    v_points boolean[];             -- whether it gives points, which no budget counts
    v_codes text[];                 -- the code that brought it
    v_booked_capacity bigint[] := '{}';
    v_booked_index integer[] := '{}';
    v_booked_taken bigint[] := '{}';
    v_booked_over bigint[] := '{}';
    v_row record;
    v_index integer;
    v_want bigint;
    v_got bigint;
    v_more bigint;
    v_freed bigint;
    v_missing bigint;
    v_store_no bigint;
    v_store text;
    v_day text;
    c_code CONSTANT smallint := 0;
    c_store_day CONSTANT smallint := 1;
    c_uses CONSTANT smallint := 2;
    c_budget CONSTANT smallint := 3;
BEGIN
    SELECT coalesce(array_agg(a.campaign_no), '{}'), coalesce(array_agg(a.asked), '{}'),
           coalesce(array_agg(a.points), '{}'), coalesce(array_agg(a.code), '{}')
      INTO v_campaigns, v_given, v_points, v_codes
      FROM (SELECT i.campaign_no, sum(i.asked_minor)::bigint AS asked, bool_or(i.unit = 'points') AS points,
                   min(i.code) AS code
              FROM jsonb_to_recordset(p_items) AS i (campaign_no bigint, asked_minor bigint, unit text, code text)
             GROUP BY i.campaign_no) AS a;
    v_why := array_fill(NULL::text, ARRAY[cardinality(v_campaigns)]);
    v_over := array_fill(false, ARRAY[cardinality(v_campaigns)]);
    SELECT r.store_no, r.store_no::text, r.business_day::text INTO v_store_no, v_store, v_day
      FROM offers.redemption AS r WHERE r.redemption_no = p_redemption_no;

    -- The catalogue in the caller's memory may be two seconds old; this is not.
    IF NOT p_facts THEN
        FOR v_index IN
            SELECT array_position(v_campaigns, c.campaign_no)
              FROM offers.campaign AS c, offers.catalogue AS k
             WHERE c.campaign_no = ANY (v_campaigns)
               AND (c.state <> 'live' OR k.stopped_all OR v_store_no = ANY (k.stopped_stores)
                    OR c.campaign_no = ANY (k.stopped_campaigns))
        LOOP
            v_given[v_index] := 0;
            v_why[v_index] := 'stopped';
        END LOOP;
    END IF;

    -- The first use at a store on a day makes its row, with the cap of the campaign's pattern. The share lock
    -- keeps that cap from being changed between reading it here and committing the row.
    INSERT INTO offers.capacity (campaign_no, kind, subject, bucket, cap)
    SELECT p.campaign_no, p.kind, v_store, v_day, p.cap
      FROM offers.capacity AS p
     WHERE p.campaign_no = ANY (v_campaigns) AND p.kind = c_store_day AND p.subject = '' AND p.bucket = ''
       AND NOT EXISTS (
           SELECT FROM offers.capacity AS c
            WHERE c.campaign_no = p.campaign_no AND c.kind = p.kind AND c.subject = v_store AND c.bucket = v_day)
     ORDER BY p.capacity_no
       FOR SHARE OF p
        ON CONFLICT DO NOTHING;

    -- A code's first use makes its row.
    INSERT INTO offers.capacity (campaign_no, kind, subject, cap)
    SELECT DISTINCT i.campaign_no, c_code, i.code, i.code_uses
      FROM jsonb_to_recordset(p_items) AS i (campaign_no bigint, code text, code_uses bigint)
     WHERE i.code_uses IS NOT NULL
     ORDER BY i.campaign_no, i.code
        ON CONFLICT DO NOTHING;

    FOR v_row IN
        WITH held AS (
            DELETE FROM offers.hold AS h WHERE h.redemption_no = p_redemption_no
            RETURNING h.capacity_no, h.units AS taken, 0::bigint AS over
        ), claimed AS (
            DELETE FROM offers.claim AS c WHERE c.redemption_no = p_redemption_no
            RETURNING c.capacity_no, c.taken, c.over
        ), old AS (
            SELECT * FROM held UNION ALL SELECT * FROM claimed
        ), asked AS (
            SELECT c.capacity_no
              FROM offers.capacity AS c
             WHERE c.campaign_no = ANY (v_campaigns)
               AND (c.kind = c_uses
                    OR c.kind = c_store_day AND c.subject = v_store AND c.bucket = v_day
                    OR c.kind = c_code AND c.subject = v_codes[array_position(v_campaigns, c.campaign_no)]
                    OR c.kind = c_budget AND c.subject = p_currency
                       AND NOT v_points[array_position(v_campaigns, c.campaign_no)])
        ), rows AS (
            SELECT c.capacity_no, c.kind, coalesce(o.taken, 0) AS old, coalesce(o.over, 0) AS old_over,
                   CASE WHEN a.capacity_no IS NOT NULL THEN array_position(v_campaigns, c.campaign_no) END AS i
              FROM old AS o
              FULL JOIN asked AS a ON a.capacity_no = o.capacity_no
              JOIN offers.capacity AS c ON c.capacity_no = coalesce(o.capacity_no, a.capacity_no)
        )
        SELECT r.*, bool_and(r.old_over = 0 AND r.old = CASE
                   WHEN coalesce(v_given[r.i], 0) = 0 THEN 0
                   WHEN r.kind = c_budget THEN v_given[r.i]
                   ELSE 1 END) OVER () AS unchanged
          FROM rows AS r
         ORDER BY r.kind, r.capacity_no
    LOOP
        v_want := CASE WHEN coalesce(v_given[v_row.i], 0) = 0 THEN 0
                       WHEN v_row.kind = c_budget THEN v_given[v_row.i]
                       ELSE 1 END;
        v_missing := 0;
        IF v_row.unchanged THEN
            -- A commit of what was held: the capacity already counts it and is not touched.
            v_got := v_want;
        ELSE
            UPDATE offers.capacity AS c
               SET taken = c.taken - v_row.old + least(v_want, c.cap - c.taken + v_row.old),
                   got = least(v_want, c.cap - c.taken + v_row.old),
                   over = c.over - v_row.old_over
             WHERE c.capacity_no = v_row.capacity_no
               AND (c.taken < c.cap OR v_row.old > 0 OR v_row.old_over > 0)
            RETURNING c.got INTO v_got;
            v_got := coalesce(v_got, 0);
            IF v_got < v_want THEN
                -- Expired holds stay until somebody needs their room. Skipping locked ones leaves alone what
                -- is being committed at this moment, and waits for nobody while capacity is held.
                WITH gone AS (
                    DELETE FROM offers.hold AS h
                     WHERE h.ctid = ANY (ARRAY(
                           SELECT e.ctid FROM offers.hold AS e
                            WHERE e.capacity_no = v_row.capacity_no AND e.expires_at <= p_now
                            ORDER BY e.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED))
                    RETURNING h.units
                )
                SELECT coalesce(sum(g.units), 0) INTO v_freed FROM gone AS g;
                IF v_freed > 0 THEN
                    UPDATE offers.capacity AS c
                       SET taken = c.taken - v_freed + least(v_want - v_got, c.cap - c.taken + v_freed),
                           got = least(v_want - v_got, c.cap - c.taken + v_freed)
                     WHERE c.capacity_no = v_row.capacity_no
                    RETURNING c.got INTO v_more;
                    v_got := v_got + v_more;
                END IF;
            END IF;
            IF v_got < v_want AND p_facts THEN
                v_missing := v_want - v_got;
                v_over[v_row.i] := true;
                UPDATE offers.capacity AS c SET over = c.over + v_missing WHERE c.capacity_no = v_row.capacity_no;
            ELSIF v_got < v_want THEN
                v_why[v_row.i] := 'capacity';
                v_given[v_row.i] := CASE WHEN v_row.kind = c_budget THEN v_got ELSE 0 END;
            END IF;
        END IF;
        IF v_got + v_missing > 0 THEN
            v_booked_capacity := v_booked_capacity || v_row.capacity_no;
            v_booked_index := v_booked_index || v_row.i;
            v_booked_taken := v_booked_taken || v_got;
            v_booked_over := v_booked_over || v_missing;
        END IF;
    END LOOP;

    -- A campaign that failed at a later row gives its earlier rows back; we hold their locks.
    FOR v_index IN 1 .. cardinality(v_booked_capacity) LOOP
        IF v_given[v_booked_index[v_index]] = 0 THEN
            UPDATE offers.capacity AS c SET taken = c.taken - v_booked_taken[v_index]
             WHERE c.capacity_no = v_booked_capacity[v_index];
        ELSIF p_expires_at IS NULL THEN
            INSERT INTO offers.claim (redemption_no, capacity_no, taken, over)
            VALUES (p_redemption_no, v_booked_capacity[v_index], v_booked_taken[v_index], v_booked_over[v_index]);
        ELSE
            INSERT INTO offers.hold (redemption_no, capacity_no, units, expires_at)
            VALUES (p_redemption_no, v_booked_capacity[v_index], v_booked_taken[v_index], p_expires_at);
        END IF;
    END LOOP;

    RETURN QUERY
    INSERT INTO offers.redemption_item AS t (
        redemption_no, item, campaign_no, offer, line, record_no, quantity_milli, unit, uses, desired_minor,
        granted_minor, over_limit, reason, state, expires_at, used_at)
    SELECT p_redemption_no, s.item, s.campaign_no, s.offer, s.line, p_record_no, s.quantity_milli, s.unit,
           CASE WHEN s.before = 0 AND s.granted > 0 THEN 1 ELSE 0 END, s.desired_minor, s.granted,
           s.granted > 0 AND (v_over[s.i] OR coalesce(s.over, false)),
           CASE WHEN s.granted < s.asked_minor THEN v_why[s.i] ELSE s.reason END,
           CASE WHEN s.granted = 0 THEN 'refused' WHEN p_expires_at IS NULL THEN 'committed' ELSE 'reserved' END,
           p_expires_at, p_used_at
      FROM (
        -- What a campaign may still give goes to its items in their order.
        SELECT d.*, greatest(0, least(d.asked_minor, v_given[d.i] - d.before))::bigint AS granted
          FROM (
            SELECT i.*, array_position(v_campaigns, i.campaign_no) AS i,
                   (sum(i.asked_minor) OVER (PARTITION BY i.campaign_no ORDER BY i.item) - i.asked_minor)::bigint
                   AS before
              FROM jsonb_to_recordset(p_items)
                AS i (item smallint, campaign_no bigint, offer text, line text, quantity_milli bigint,
                      desired_minor bigint, asked_minor bigint, reason text, over boolean, unit text)
          ) AS d
      ) AS s
     ORDER BY s.item
        ON CONFLICT (redemption_no, item) DO UPDATE
       SET campaign_no = excluded.campaign_no, offer = excluded.offer, line = excluded.line,
           record_no = excluded.record_no, quantity_milli = excluded.quantity_milli, unit = excluded.unit,
           uses = excluded.uses, desired_minor = excluded.desired_minor, granted_minor = excluded.granted_minor,
           over_limit = excluded.over_limit, reason = excluded.reason, state = excluded.state,
           expires_at = excluded.expires_at, used_at = excluded.used_at
    RETURNING t.item, t.granted_minor, t.over_limit, t.reason;
END
$$
