-- What these records bought or took out of the cart among the wanted products, and with p_groups also among the
-- other variants of those: [product_no, six instants]. A function, so that whoever closed nothing does not pay
-- for the question.
CREATE FUNCTION offers.closing(p_closers bigint[], p_products integer[], p_groups boolean) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(ARRAY[i.product_no, i.viewed_at_s, i.searched_at_s, i.carted_at_s, i.removed_at_s,
                               i.bought_at_s, i.returned_at_s])
          FROM offers.interest AS i
         WHERE i.record_no = ANY (p_closers) AND (i.bought_at_s > 0 OR i.removed_at_s > 0)
           AND i.product_no = ANY (
               CASE WHEN p_groups THEN p_products || ARRAY(
                   SELECT o.product_no::integer
                     FROM offers.product AS p
                     JOIN offers.product AS o ON o.variant_group = p.variant_group
                    WHERE p.product_no = ANY (p_products) AND p.variant_group IS NOT NULL)
               ELSE p_products END));
END
$$
