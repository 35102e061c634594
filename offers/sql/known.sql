-- What an offer query must know of the moment, in one call: read 2 of the till route.
--
-- PL/pgSQL, because its statements are planned once a session, while psycopg2 has a plain statement planned
-- at every call. Rows come as arrays, because the driver takes one row with ten columns faster than ten rows.
-- A generic plan, because planning costs more than running; no sequential scan, because a plan made while a table
-- was small would stay when it has grown.
--
-- products, facts  the wants of the members: product numbers, and beside each six unsigned 32-bit instants
-- closing          [product_no, six instants] of what other members bought or took out of the cart among the
--                  wanted products; with p_groups also of the other variants of those
-- stock            with p_stock [product_no, thousandths] of the wanted products at the store
-- room             [campaign_no, kind, what is left] of the campaigns asked for, counting what this transaction
--                  holds itself and what expired holds would give back; no row: more than a basket of p_spend
--                  can use
-- preferences      [kind, subject, stated, until, holds] of what the members asked not to be shown
-- uses             [campaign_no, instant] of each use by the person, without what this transaction holds itself
CREATE FUNCTION offers.known(
    p_now timestamptz,
    p_members bigint[],
    p_limit_members bigint[],
    p_campaigns bigint[],
    p_daily_campaigns bigint[],
    p_groups boolean,
    p_stock boolean,
    p_spend bigint,
    p_currency text,
    p_store_no bigint,
    p_business_day date,
    p_terminal text,
    p_number text,
    p_transaction_digest bigint,
    OUT version bigint,
    OUT assortment_version bigint,
    OUT stopped_here boolean,
    OUT stopped_campaigns bigint[],
    OUT price_time timestamptz,
    OUT revision integer,
    OUT products integer[],
    OUT facts bytea,
    OUT closing bigint[],
    OUT stock bigint[],
    OUT room bigint[],
    OUT uses bigint[],
    OUT preferences text[]
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = 'force_generic_plan'
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    v_row record;
    v_closers bigint[] := '{}';
    v_choosy bigint[] := '{}';
    v_own bigint := 0;
BEGIN
    SELECT c.version, c.assortment_version, c.stopped_all OR coalesce(p_store_no = ANY (c.stopped_stores), false),
           c.stopped_campaigns
      INTO known.version, known.assortment_version, stopped_here, known.stopped_campaigns
      FROM offers.catalogue AS c WHERE c.single;

    IF p_transaction_digest IS NOT NULL THEN
        SELECT p.price_time, p.revision INTO known.price_time, known.revision
          FROM offers.pin AS p WHERE p.transaction_digest = p_transaction_digest;
        FOR v_row IN
            SELECT r.redemption_no, r.price_time, r.revision
              FROM offers.redemption AS r
             WHERE r.store_no = p_store_no AND r.terminal = p_terminal AND r.business_day = p_business_day
               AND r.number = p_number
        LOOP
            v_own := v_row.redemption_no;
            known.price_time := coalesce(v_row.price_time, known.price_time);
            known.revision := greatest(v_row.revision, known.revision);
        END LOOP;
    END IF;

    IF cardinality(p_members) > 0 THEN
        products := '{}';
        facts := '';
        FOR v_row IN SELECT w.* FROM offers.wants AS w WHERE w.record_no = ANY (p_members) LOOP
            products := products || v_row.products;
            facts := facts || v_row.facts;
            IF v_row.closed_at_s > 0 THEN
                v_closers := v_closers || v_row.record_no;
            END IF;
            IF v_row.has_preferences THEN
                v_choosy := v_choosy || v_row.record_no;
            END IF;
        END LOOP;
        IF cardinality(v_choosy) > 0 THEN
            SELECT array_agg(ARRAY[p.kind, p.subject, p.stated_at_s::text, p.until_s::text, p.holds::text])
              INTO known.preferences
              FROM offers.preference AS p WHERE p.record_no = ANY (v_choosy);
        END IF;
        IF cardinality(v_closers) > 0 AND cardinality(products) > 0 THEN
            IF p_groups THEN
                SELECT array_agg(ARRAY[i.product_no, i.viewed_at_s, i.searched_at_s, i.carted_at_s,
                                       i.removed_at_s, i.bought_at_s, i.returned_at_s])
                  INTO closing
                  FROM offers.interest AS i
                 WHERE i.record_no = ANY (v_closers) AND (i.bought_at_s > 0 OR i.removed_at_s > 0)
                   AND i.product_no = ANY (products || ARRAY(
                       SELECT o.product_no::integer
                         FROM offers.product AS p
                         JOIN offers.product AS o ON o.variant_group = p.variant_group
                        WHERE p.product_no = ANY (products) AND p.variant_group IS NOT NULL));
            ELSIF cardinality(p_members) > 1 THEN
                -- A record's own purchases are in its facts already.
                SELECT array_agg(ARRAY[i.product_no, i.viewed_at_s, i.searched_at_s, i.carted_at_s,
                                       i.removed_at_s, i.bought_at_s, i.returned_at_s])
                  INTO closing
                  FROM offers.interest AS i
                 WHERE i.record_no = ANY (v_closers) AND (i.bought_at_s > 0 OR i.removed_at_s > 0)
                   AND i.product_no = ANY (products);
            END IF;
        END IF;
        IF p_stock AND cardinality(products) > 0 THEN
            SELECT array_agg(ARRAY[s.product_no, s.quantity_milli]) INTO known.stock
              FROM offers.stock AS s
             WHERE s.store_no = p_store_no AND s.product_no = ANY (products);
        END IF;
    END IF;

    IF cardinality(p_limit_members) > 0 THEN
        SELECT array_agg(ARRAY[i.campaign_no, extract(epoch FROM i.used_at)::bigint]) INTO known.uses
          FROM offers.redemption_item AS i
         WHERE i.record_no = ANY (p_limit_members) AND i.uses > 0
           AND (i.state = 'committed'
                OR i.state = 'reserved' AND i.expires_at > p_now AND i.redemption_no <> v_own);
    END IF;

    -- Only what binds is answered: a total that is used up, a budget that this basket may reach the end of.
    IF cardinality(p_campaigns) > 0 THEN
        SELECT array_agg(ARRAY[l.campaign_no, l.kind, l.units]) INTO known.room
          FROM (
            SELECT c.campaign_no, c.kind, c.cap - c.taken
                   + CASE WHEN v_own > 0 THEN offers.held(c.capacity_no, v_own) ELSE 0 END
                   + CASE WHEN c.taken >= c.cap / 2 THEN offers.lapsed(c.capacity_no, p_now) ELSE 0 END AS units
              FROM offers.capacity AS c
             WHERE c.campaign_no = ANY (p_campaigns) AND c.kind >= 2 AND c.subject IN ('', p_currency)
          ) AS l
         WHERE l.units <= 0 OR l.kind = 3 AND (p_spend IS NULL OR l.units < p_spend);
    END IF;
    IF cardinality(p_daily_campaigns) > 0 THEN
        SELECT known.room || array_agg(ARRAY[l.campaign_no, l.kind, l.units]) INTO known.room
          FROM (
            SELECT c.campaign_no, c.kind, c.cap - c.taken
                   + CASE WHEN v_own > 0 THEN offers.held(c.capacity_no, v_own) ELSE 0 END
                   + CASE WHEN c.taken >= c.cap / 2 THEN offers.lapsed(c.capacity_no, p_now) ELSE 0 END AS units
              FROM offers.capacity AS c
             WHERE c.campaign_no = ANY (p_daily_campaigns) AND c.kind = 1 AND c.subject = p_store_no::text
               AND c.bucket = p_business_day::text
          ) AS l
         WHERE l.units <= 0;
    END IF;
END
$$
