-- What is left of the limits of these campaigns, with what this redemption holds itself and what expired holds
-- would give back: [campaign_no, kind, what is left]. A function, so that a query for which nothing binds does not
-- pay for the question.
CREATE FUNCTION offers.room(
    p_campaigns bigint[],
    p_daily_campaigns bigint[],
    p_store text,
    p_business_day text,
    p_currency text,
    p_redemption_no bigint,
    p_now timestamptz
) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(ARRAY[k.campaign_no, k.kind, k.cap - k.taken
                               + coalesce((SELECT h.units FROM offers.hold AS h
                                            WHERE h.redemption_no = p_redemption_no
                                              AND h.capacity_no = k.capacity_no), 0)
                               + offers.lapsed(k.capacity_no, p_now)])
          FROM (SELECT * FROM offers.capacity
                 WHERE campaign_no = ANY (p_campaigns) AND kind >= 2 AND subject IN ('', p_currency)
                 UNION ALL
                SELECT * FROM offers.capacity
                 WHERE campaign_no = ANY (p_daily_campaigns) AND kind = 1 AND subject = p_store
                   AND bucket = p_business_day) AS k);
END
$$
