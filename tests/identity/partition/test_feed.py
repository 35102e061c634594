"""What a reader of the change feed is told when profiles change their ids."""

from typing import Any

from tests.identity.desk import Desk

MAIL = {"email": "anna@example.at"}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Huber"}


def test_who_comes_back_and_is_the_oldest_takes_the_profile_over(desk: Desk) -> None:
    """The profile gets its former id again, and the feed names the one that it had meanwhile."""
    first = desk.put("crm", "1", MAIL, **ANNA)
    second = desk.put("crm", "2", MAIL, **ANNA)
    desk.delete("crm", "1")
    assert desk.profile_of(second.record) == second.record
    desk.put("crm", "1", MAIL, **ANNA)
    kind, profile, body = desk.connection.exec_driver_sql(
        "select kind, profile, body from identity.change order by seq desc limit 1"
    ).one()
    assert (kind, profile, body["of"]) == ("joined", first.record, [str(second.record)])


def test_who_goes_over_from_a_profile_that_stays_is_told_by_the_split(desk: Desk) -> None:
    """Nothing is told to have merged with a profile that is still there."""
    first = desk.put("crm", "1", MAIL, **ANNA)
    second = desk.put("crm", "2", {"email": "a@example.at"}, **ANNA)
    third = desk.put("crm", "3", {"email": "a@example.at"}, **ANNA)
    desk.put("crm", "3", MAIL, **ANNA)
    [(kind, profile, body)] = desk.connection.exec_driver_sql(
        "select kind, profile, body from identity.change order by seq offset 3"
    ).all()
    assert (kind, profile) == ("split", second.record)
    parts = {part["profile"]: part["records"] for part in body["parts"]}
    assert parts == {
        str(first.record): [str(first.record), str(third.record)],
        str(second.record): [str(second.record)],
    }
