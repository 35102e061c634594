-- The model that weighs pairs now; 0 while nobody activated one.
create function identity.active_model() returns int8
language sql stable return coalesce(
  (select a.model_no from identity.activation a order by a.activation_no desc limit 1), 0
)
