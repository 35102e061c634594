-- What a redemption holds of a limit. A function, so that whoever holds nothing does not pay for the question.
CREATE FUNCTION offers.held(p_capacity_no bigint, p_redemption_no bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT h.units FROM offers.hold AS h
                      WHERE h.redemption_no = p_redemption_no AND h.capacity_no = p_capacity_no), 0);
END
$$
