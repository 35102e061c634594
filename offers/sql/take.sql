-- Replaces what a redemption holds by what its items want, as far as there is room, and writes the items.
--
-- One call, so that the hot rows are held for one statement and the commit. Rows are taken in the order
-- (kind, capacity_no) by everybody, so nobody waits in a circle. Without items it gives everything back.
--
-- p_is_fresh    the redemption was made a moment ago, so there is nothing to replace: false is always right, and takes
--               two statements more
-- p_expires_at  until when it is held; NULL: committed, the holds become claims
-- p_facts       it has happened: what finds no room is booked as over instead of being refused
-- p_items       [{item, campaign_no, offer, line, quantity_milli, desired_minor, asked_minor, before_minor, reason,
--               over, unit, code, code_uses}]: what the campaign gives and what of it may be charged (more than 0),
--               what earlier items of its campaign ask, why that is less, whether it is over a limit that is not
--               counted here, whether it is money or points, the code that brought it (hex, as it is stored) and
--               how often that code may be used
CREATE FUNCTION offers.take(
    p_redemption_no bigint,
    p_is_fresh boolean,
    p_store_no bigint,
    p_business_day date,
    p_record_no bigint,
    p_currency text,
    p_used_at timestamptz,
    p_now timestamptz,
    p_expires_at timestamptz,
    p_facts boolean,
    p_items jsonb
) RETURNS TABLE (item smallint, granted_minor bigint, over_limit boolean, reason text)
LANGUAGE plpgsql
-- Planning costs more than running; and a plan made while a table was small outlives that.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_campaigns bigint[];           -- the campaigns asked for; the next five run beside it
    v_given bigint[];               -- the money each may still give
    v_why text[];                   -- why it gives less
    v_over boolean[];               -- whether it went over a limit
    v_points boolean[];             -- whether it gives points, which no budget counts
    v_codes text[];                 -- the code that brought it
    v_rows bigint[];                -- the rows to change, in order; the next six run beside it
    v_kinds smallint[];
    v_indexes integer[];            -- the campaign's place; NULL where a row is only given back
    v_old bigint[];                 -- what the redemption held or used of it
    v_old_over bigint[];
    v_taken bigint[] := '{}';
    v_missing bigint[] := '{}';
    v_is_unchanged boolean := false;
    v_index integer;
    v_want bigint;
    v_got bigint;
    v_more bigint;
    v_freed bigint;
    v_store CONSTANT text := p_store_no::text;
    v_day CONSTANT text := p_business_day::text;
    c_code CONSTANT smallint := 0;
    c_store_day CONSTANT smallint := 1;
    c_uses CONSTANT smallint := 2;
    c_budget CONSTANT smallint := 3;
BEGIN
    -- The catalogue in the caller's memory may be two seconds old; this is not.
    SELECT coalesce(array_agg(a.campaign_no), '{}'), array_agg(CASE WHEN a.is_stopped THEN 0 ELSE a.asked END),
           array_agg(CASE WHEN a.is_stopped THEN 'stopped' END), array_agg(false), array_agg(a.points),
           array_agg(a.code)
      INTO v_campaigns, v_given, v_why, v_over, v_points, v_codes
      FROM (SELECT i.*, NOT p_facts AND (c.state <> 'live' OR k.stopped_all OR p_store_no = ANY (k.stopped_stores)
                                         OR i.campaign_no = ANY (k.stopped_campaigns)) AS is_stopped
              FROM (SELECT j.campaign_no, sum(j.asked_minor)::bigint AS asked, bool_or(j.unit = 'points') AS points,
                           min(j.code) AS code
                      FROM jsonb_to_recordset(p_items)
                        AS j (campaign_no bigint, asked_minor bigint, unit text, code text)
                     GROUP BY j.campaign_no) AS i
              JOIN offers.campaign AS c USING (campaign_no)
             CROSS JOIN offers.catalogue AS k) AS a;

    -- The first use at a store on a day makes its row, with the cap of the campaign's pattern. The share lock keeps
    -- that cap from being changed between reading it here and committing the row.
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

    IF cardinality(array_remove(v_codes, NULL)) > 0 THEN
        -- A code's first use makes its row.
        INSERT INTO offers.capacity (campaign_no, kind, subject, cap)
        SELECT DISTINCT i.campaign_no, c_code, i.code, i.code_uses
          FROM jsonb_to_recordset(p_items) AS i (campaign_no bigint, code text, code_uses bigint)
         WHERE i.code_uses IS NOT NULL
         ORDER BY i.campaign_no, i.code
            ON CONFLICT DO NOTHING;
    END IF;

    SELECT array_agg(r.capacity_no), array_agg(r.kind), array_agg(r.i), array_agg(0), array_agg(0)
      INTO v_rows, v_kinds, v_indexes, v_old, v_old_over
      FROM (SELECT c.capacity_no, c.kind, a.i
              FROM unnest(v_campaigns, v_points, v_codes) WITH ORDINALITY AS a (campaign_no, points, code, i)
             CROSS JOIN LATERAL (VALUES (c_code, a.code, ''), (c_store_day, v_store, v_day), (c_uses, '', ''),
                                        (c_budget, CASE WHEN NOT a.points THEN p_currency END, ''))
                AS w (kind, subject, bucket)
              JOIN offers.capacity AS c
                ON c.campaign_no = a.campaign_no AND c.kind = w.kind AND c.subject = w.subject
               AND c.bucket = w.bucket
             ORDER BY c.kind, c.capacity_no) AS r;

    IF NOT p_is_fresh THEN
        WITH held AS (
            DELETE FROM offers.hold AS h WHERE h.redemption_no = p_redemption_no
            RETURNING h.capacity_no, h.units AS taken, 0::bigint AS over
        ), claimed AS (
            DELETE FROM offers.claim AS c WHERE c.redemption_no = p_redemption_no
            RETURNING c.capacity_no, c.taken, c.over
        ), old AS (
            SELECT * FROM held UNION ALL SELECT * FROM claimed
        )
        SELECT array_agg(r.capacity_no), array_agg(r.kind), array_agg(r.i), array_agg(r.old), array_agg(r.old_over),
               bool_and(r.old_over = 0 AND r.old = CASE
                   WHEN coalesce(v_given[r.i], 0) = 0 THEN 0
                   WHEN r.kind = c_budget THEN v_given[r.i]
                   ELSE 1 END)
          INTO v_rows, v_kinds, v_indexes, v_old, v_old_over, v_is_unchanged
          FROM (SELECT c.capacity_no, c.kind, a.i, coalesce(o.taken, 0) AS old, coalesce(o.over, 0) AS old_over
                  FROM unnest(v_rows, v_indexes) AS a (capacity_no, i)
                  FULL JOIN old AS o USING (capacity_no)
                  JOIN offers.capacity AS c USING (capacity_no)
                 ORDER BY c.kind, c.capacity_no) AS r;
        -- What stood for these items before: the same numbers may come again.
        DELETE FROM offers.redemption_item AS t
         WHERE t.redemption_no = p_redemption_no
           AND t.item IN (SELECT i.item FROM jsonb_to_recordset(p_items) AS i (item smallint));
    END IF;

    FOR v_index IN 1 .. coalesce(cardinality(v_rows), 0) LOOP
        v_want := CASE WHEN coalesce(v_given[v_indexes[v_index]], 0) = 0 THEN 0
                       WHEN v_kinds[v_index] = c_budget THEN v_given[v_indexes[v_index]]
                       ELSE 1 END;
        IF v_is_unchanged THEN
            -- A commit of what was held: the capacity already counts it and is not touched.
            v_got := v_want;
        ELSE
            UPDATE offers.capacity AS c
               SET taken = c.taken - v_old[v_index] + least(v_want, c.cap - c.taken + v_old[v_index]),
                   got = least(v_want, c.cap - c.taken + v_old[v_index]),
                   over = c.over - v_old_over[v_index]
             WHERE c.capacity_no = v_rows[v_index]
               AND (c.taken < c.cap OR v_old[v_index] > 0 OR v_old_over[v_index] > 0)
            RETURNING c.got INTO v_got;
            v_got := coalesce(v_got, 0);
            IF v_got < v_want THEN
                -- Expired holds stay until somebody needs their room. Skipping locked ones leaves alone what
                -- is being committed at this moment, and waits for nobody while capacity is held.
                WITH gone AS (
                    DELETE FROM offers.hold AS h
                     WHERE h.ctid = ANY (ARRAY(
                           SELECT e.ctid FROM offers.hold AS e
                            WHERE e.capacity_no = v_rows[v_index] AND e.expires_at <= p_now
                            ORDER BY e.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED))
                    RETURNING h.units
                )
                SELECT coalesce(sum(g.units), 0) INTO v_freed FROM gone AS g;
                IF v_freed > 0 THEN
                    UPDATE offers.capacity AS c
                       SET taken = c.taken - v_freed + least(v_want - v_got, c.cap - c.taken + v_freed),
                           got = least(v_want - v_got, c.cap - c.taken + v_freed)
                     WHERE c.capacity_no = v_rows[v_index]
                    RETURNING c.got INTO v_more;
                    v_got := v_got + v_more;
                END IF;
            END IF;
            IF v_got < v_want AND p_facts THEN
                v_over[v_indexes[v_index]] := true;
                UPDATE offers.capacity AS c SET over = c.over + v_want - v_got WHERE c.capacity_no = v_rows[v_index];
            ELSIF v_got < v_want THEN
                v_why[v_indexes[v_index]] := 'capacity';
                v_given[v_indexes[v_index]] := CASE WHEN v_kinds[v_index] = c_budget THEN v_got ELSE 0 END;
            END IF;
        END IF;
        v_taken := v_taken || v_got;
        v_missing := v_missing || CASE WHEN p_facts THEN v_want - v_got ELSE 0 END;
    END LOOP;

    -- A campaign that failed at a later row gives its earlier rows back; we hold their locks.
    FOR v_index IN 1 .. cardinality(v_taken) LOOP
        IF v_taken[v_index] > 0 AND v_given[v_indexes[v_index]] = 0 THEN
            UPDATE offers.capacity AS c SET taken = c.taken - v_taken[v_index]
             WHERE c.capacity_no = v_rows[v_index];
            v_taken[v_index] := 0;
        END IF;
    END LOOP;
    IF p_expires_at IS NULL THEN
        INSERT INTO offers.claim (redemption_no, capacity_no, taken, over)
        SELECT p_redemption_no, b.capacity_no, b.taken, b.over
          FROM unnest(v_rows, v_taken, v_missing) AS b (capacity_no, taken, over)
         WHERE b.taken + b.over > 0;
    ELSE
        INSERT INTO offers.hold (redemption_no, capacity_no, units, expires_at)
        SELECT p_redemption_no, b.capacity_no, b.taken, p_expires_at
          FROM unnest(v_rows, v_taken) AS b (capacity_no, taken)
         WHERE b.taken > 0;
    END IF;

    -- What a campaign may still give goes to its items in their order.
    RETURN QUERY
    INSERT INTO offers.redemption_item AS t (
        redemption_no, item, campaign_no, offer, line, record_no, quantity_milli, unit, uses, desired_minor,
        granted_minor, over_limit, reason, state, expires_at, used_at)
    SELECT p_redemption_no, s.item, s.campaign_no, s.offer, s.line, p_record_no, s.quantity_milli, s.unit,
           CASE WHEN s.before_minor = 0 AND s.granted > 0 THEN 1 ELSE 0 END, s.desired_minor, s.granted,
           s.granted > 0 AND (v_over[s.i] OR coalesce(s.over, false)),
           CASE WHEN s.granted < s.asked_minor THEN v_why[s.i] ELSE s.reason END,
           CASE WHEN s.granted = 0 THEN 'refused' WHEN p_expires_at IS NULL THEN 'committed' ELSE 'reserved' END,
           p_expires_at, p_used_at
      FROM (SELECT d.*, greatest(0, least(d.asked_minor, v_given[d.i] - d.before_minor))::bigint AS granted
              FROM (SELECT i.*, array_position(v_campaigns, i.campaign_no) AS i
                      FROM jsonb_to_recordset(p_items)
                        AS i (item smallint, campaign_no bigint, offer text, line text, quantity_milli bigint,
                              desired_minor bigint, asked_minor bigint, before_minor bigint, reason text,
                              over boolean, unit text)) AS d) AS s
    RETURNING t.item, t.granted_minor, t.over_limit, t.reason;
END
$$
