-- What expired holds would give back to a limit, as far as a hundred of them go: asked only near the limit, where
-- `take` releases them as soon as somebody needs their room.
CREATE FUNCTION offers.lapsed(p_capacity_no bigint, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(sum(l.units), 0)
              FROM (SELECT h.units FROM offers.hold AS h
                     WHERE h.capacity_no = p_capacity_no AND h.expires_at <= p_now
                     ORDER BY h.expires_at LIMIT 100) AS l);
END
$$
