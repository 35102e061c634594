-- What everybody who weighs holds shared, and who switches the model holds alone: nobody weighs with a model that
-- another one has replaced.
create function identity.model_lock() returns int8
language sql immutable return hashint8extended(0, 7022)
