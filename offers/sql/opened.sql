-- What codes and clipped coupons open: for each digest its campaign, or why it opens nothing; and the campaigns
-- that the members clipped (digest NULL).
--
-- With p_claims the transaction claims the codes whose uses are counted. The code's row is locked before its
-- claims are counted, so of two tills with one code the second sees the claim of the first. One call, so it holds
-- on connections that commit each statement by itself.
CREATE FUNCTION offers.opened(
    p_digests uuid[],
    p_members bigint[],
    p_store_no bigint,
    p_terminal text,
    p_business_day date,
    p_number text,
    p_now timestamptz,
    p_lapsed_at timestamptz,
    p_claims boolean
) RETURNS TABLE (digest uuid, campaign_no bigint, reason text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_code record;
    v_used bigint;
BEGIN
    FOR v_code IN
        SELECT c.digest, b.campaign_no, b.uses_most,
               CASE WHEN b.revoked_at IS NOT NULL THEN 'code_revoked'
                    WHEN b.expires_at <= p_now THEN 'code_expired' END AS reason
          FROM offers.code AS c JOIN offers.code_batch AS b ON b.batch_no = c.batch_no
         WHERE c.digest = ANY (p_digests)
         ORDER BY c.digest
    LOOP
        digest := v_code.digest;
        campaign_no := v_code.campaign_no;
        reason := v_code.reason;
        IF reason IS NULL AND v_code.uses_most IS NOT NULL THEN
            IF p_claims THEN
                PERFORM FROM offers.code AS c WHERE c.digest = v_code.digest FOR UPDATE;
            END IF;
            -- A claim stands while its transaction may still come back, and as long as it uses the campaign; cancelled
            -- or brought back as a whole, it gives the code back at once.
            SELECT count(*) INTO v_used
              FROM offers.code_claim AS k
              LEFT JOIN offers.redemption AS r
                ON r.store_no = k.store_no AND r.terminal = k.terminal
               AND r.business_day = k.business_day AND r.number = k.number
             WHERE k.digest = v_code.digest
               AND (k.store_no, k.terminal, k.business_day, k.number)
                   IS DISTINCT FROM (p_store_no, p_terminal, p_business_day, p_number)
               AND (coalesce(r.state, 'reserved') = 'reserved' AND k.claimed_at > p_lapsed_at
                    OR r.state IN ('reserved', 'committed') AND EXISTS (
                        SELECT FROM offers.redemption_item AS i
                         WHERE i.redemption_no = r.redemption_no AND i.campaign_no = v_code.campaign_no
                           AND i.uses > 0
                           AND (i.state = 'committed' OR i.state = 'reserved' AND r.expires_at > p_now)));
            IF v_used >= v_code.uses_most THEN
                reason := 'code_used';
            ELSIF p_claims THEN
                INSERT INTO offers.code_claim AS k
                       (digest, store_no, terminal, business_day, number, claimed_at)
                VALUES (v_code.digest, p_store_no, p_terminal, p_business_day, p_number, p_now)
                    ON CONFLICT ON CONSTRAINT code_claim_pkey DO UPDATE SET claimed_at = excluded.claimed_at;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
    RETURN QUERY
    SELECT DISTINCT NULL::uuid, c.campaign_no, NULL::text
      FROM offers.clip AS c WHERE c.record_no = ANY (p_members);
END
$$
