-- What expired holds would give back to a limit, as far as a hundred of them go: asked only where half of it is
-- taken, so that a generous limit costs no question. `take` releases them when somebody needs their room.
CREATE FUNCTION offers.lapsed(p_capacity_no bigint, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(sum(l.units), 0)
              FROM (SELECT h.units FROM offers.hold AS h
                     WHERE h.capacity_no = p_capacity_no AND h.expires_at <= p_now
                     ORDER BY h.expires_at LIMIT 100) AS l);
END
$$
