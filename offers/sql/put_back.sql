-- Gives back what was returned of a committed redemption: to the limit, store and day it was booked in, and to the
-- column it was booked in; what went over comes back first.
--
-- p_items  [{item, back, whole}]: of a granted amount so much (cents or points) comes back; whole: nothing is left
CREATE FUNCTION offers.put_back(p_redemption_no bigint, p_items jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_row record;
    v_over bigint;
BEGIN
    UPDATE offers.redemption_item AS t
       SET returned_minor = t.returned_minor + b.back, state = CASE WHEN b.whole THEN 'returned' ELSE t.state END
      FROM jsonb_to_recordset(p_items) AS b (item smallint, back bigint, whole boolean)
     WHERE t.redemption_no = p_redemption_no AND t.item = b.item AND t.state = 'committed';

    -- A use stands as long as one item of its campaign does: it is carried by the first that is left.
    UPDATE offers.redemption_item AS t
       SET uses = CASE WHEN t.item = s.first THEN 1 ELSE 0 END
      FROM (SELECT campaign_no, min(item) FILTER (WHERE state = 'committed') AS first
              FROM offers.redemption_item
             WHERE redemption_no = p_redemption_no AND state IN ('committed', 'returned')
             GROUP BY campaign_no
            HAVING bool_or(state = 'returned' AND uses = 1) AND bool_or(state = 'committed')) AS s
     WHERE t.redemption_no = p_redemption_no AND t.campaign_no = s.campaign_no
       AND t.state IN ('committed', 'returned');

    FOR v_row IN
        SELECT k.capacity_no, c.taken, c.over,
               CASE WHEN k.kind = 3 THEN least(m.money, c.taken + c.over)
                    WHEN m.stands THEN 0
                    ELSE c.taken + c.over END AS units
          FROM offers.claim AS c
          JOIN offers.capacity AS k USING (capacity_no)
          JOIN (SELECT t.campaign_no, bool_or(t.state = 'committed') AS stands,
                       coalesce(sum(b.back) FILTER (WHERE t.unit = 'money'), 0)::bigint AS money
                  FROM offers.redemption_item AS t
                  LEFT JOIN jsonb_to_recordset(p_items) AS b (item smallint, back bigint) ON b.item = t.item
                 WHERE t.redemption_no = p_redemption_no AND t.state IN ('committed', 'returned')
                 GROUP BY t.campaign_no
                HAVING count(b.item) > 0) AS m ON m.campaign_no = k.campaign_no
         WHERE c.redemption_no = p_redemption_no
         ORDER BY k.kind, k.capacity_no
    LOOP
        CONTINUE WHEN v_row.units = 0;
        v_over := least(v_row.over, v_row.units);
        UPDATE offers.capacity AS c
           SET taken = c.taken - (v_row.units - v_over), over = c.over - v_over
         WHERE c.capacity_no = v_row.capacity_no;
        IF v_row.units = v_row.taken + v_row.over THEN
            DELETE FROM offers.claim AS c
             WHERE c.redemption_no = p_redemption_no AND c.capacity_no = v_row.capacity_no;
        ELSE
            UPDATE offers.claim AS c
               SET taken = c.taken - (v_row.units - v_over), over = c.over - v_over
             WHERE c.redemption_no = p_redemption_no AND c.capacity_no = v_row.capacity_no;
        END IF;
    END LOOP;
END
$$
