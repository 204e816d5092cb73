"""What is wrong with a call is said before it is sent, by the names of its parameters."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.api.checking import problems, sample_parameters
from komet.api.methods import Kind, registry
from komet.api.request import build_request, merge_answers, split_call
from komet.messages import problem_message

DAY = date(2026, 11, 20)


def said(method: str, **params: Any) -> str:
    return " ".join(map(problem_message, problems(registry()[method], params)))


@pytest.mark.parametrize("name", sorted(registry()))
def test_the_sample_of_each_method_can_be_sent_and_nothing_less_can(name: str) -> None:
    spec = registry()[name]
    sample = sample_parameters(spec, DAY)
    assert list(problems(spec, sample)) == []
    for left_out in sample:
        rest = {key: value for key, value in sample.items() if key != left_out}
        assert left_out in " ".join(map(problem_message, problems(spec, rest)))


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("purchase.order.list", {}, "date is needed, or number or awbId or inboundTruckId."),
        ("awb.list", {}, "awb is needed, or shipDate."),
        ("invoice.details.list", {}, "needed, or orderDateFrom with orderDateTo or order or"),
        ("purchase.order.list", {"date": "20/11/2026"}, "date: a date is wanted"),
        ("purchase.order.list", {"date": DAY, "locationId": "Miami"}, "locationId: a whole number"),
        ("purchase.order.list", {"date": DAY, "locationID": 1}, "locationID is written locationId"),
        ("purchase.order.list", {"number": "P0534551234"}, "number: 11 characters, at most 10"),
        ("awb.list", {"awb": "12345", "shipDate": DAY}, "awb: 5 characters, at most 4"),
        ("payment.list", {"dateFrom": DAY}, "dateTo is needed."),
        ("inventory.update", {"quantity": 101}, "quantity: at most 100."),
        ("inventory.update", {"unitCost": "1.2345"}, "unitCost: at most 3 decimals."),
        ("inventory.update", {"unitCost": 10**7}, "unitCost: too large"),
        ("inventory.update", {"unitCost": "much"}, "unitCost: a number is wanted."),
        ("carrier.list", {"active": "maybe"}, "active: yes or no is wanted (1 or 0)."),
        ("box.code.change", {"boxes": "1"}, "boxes: a list is wanted."),
        ("box.code.change", {"boxes": [{"currentBoxCode": "1"}]}, "boxes[0].newBoxCode is needed."),
        ("box.code.change", {"boxes": ["1"]}, "boxes[0]: an object is wanted."),
        ("open.credit.balance.create", {"openCredits": [{}] * 51}, "at most 50 entries"),
        ("customer.by.user.list", {}, "X-ACCOUNT is needed."),
    ],
)
def test_words(method: str, params: dict[str, Any], words: str) -> None:
    assert words in said(method, **params)


@pytest.mark.parametrize(
    "params",
    [
        {"date": DAY},
        {"date": "2026-11-20", "locationId": "12"},
        {"number": ["P053455", "P053456"]},
        {"number": "P053455,P053456"},
        {"awbId": 12},
        {"date": datetime(2026, 11, 20, 5, tzinfo=UTC), "somethingNew": "kept"},
    ],
)
def test_what_can_be_sent(params: dict[str, Any]) -> None:
    assert said("purchase.order.list", **params) == ""


@pytest.mark.parametrize(
    "name", sorted(name for name, method in registry().items() if method.ranges)
)
def test_ranges(name: str) -> None:
    spec = registry()[name]
    for entry in spec.ranges:
        ahead = DAY + timedelta(days=entry.days)
        fits = {entry.start: DAY, entry.end: ahead}
        assert entry.start not in said(name, **sample_parameters(spec, DAY) | fits)
        too_far = fits | {entry.end: ahead + timedelta(days=1)}
        assert f"at most {entry.days} days" in said(name, **too_far)
        assert "is after" in said(name, **{entry.start: ahead, entry.end: DAY})


def test_a_login_is_checked_and_never_shown() -> None:
    from komet.api.request import mask_parameters

    spec = registry()["login"]
    sent = mask_parameters(spec, {"username": "ana", "password": "s3cret"})
    assert list(problems(spec, sent)) == []
    assert "s3cret" not in said("login", **{**sent, "username": None})


@given(st.lists(st.integers(1, 10**12), max_size=80))
def test_a_long_list_becomes_several_calls_that_fit(ids: list[int]) -> None:
    spec = registry()["purchase.order.va.details.list"]
    calls = split_call(spec, {"purchaseOrderItemIds": ids, "status": 1})
    assert [one for call in calls for one in call["purchaseOrderItemIds"]] == ids
    for call in calls:
        sent = build_request(spec, call, "t").query.get("purchaseOrderItemIds", "")
        assert len(sent) <= 200
        assert call["status"] == 1


def test_one_answer_of_several() -> None:
    spec = registry()["purchase.order.list"]
    calls = split_call(spec, {"number": [f"P{n}" for n in range(120)]})
    assert [len(call["number"]) for call in calls] == [50, 50, 20]
    member = spec.list_member
    assert member == "purchaseOrders"
    answers: list[dict[str, Any]] = [{"status": 1, member: [{"id": 1}]}, {}, {member: [{"id": 2}]}]
    assert merge_answers(spec, answers) == {"status": 1, member: [{"id": 1}, {"id": 2}]}


def test_what_writes_is_never_split() -> None:
    spec = registry()["customer.day.service.update"]
    many = {"idCustomerList": list(range(60))}
    assert split_call(spec, many) == [many]
    assert "at most 50" in said(spec.name, **many)


def test_values_go_out_as_the_contract_says() -> None:
    query = build_request(
        registry()["carrier.list"], {"active": "true"}, "t"
    ).query  # as typed in a shell
    assert query["active"] == "1"
    emails = build_request(
        registry()["customer.add"], {"emailForInvoices": ["a@b.c", "d@e.f"]}, "t"
    ).body
    assert emails == {"emailForInvoices": "a@b.c;d@e.f"}
    when = datetime(2026, 11, 20, 5, 6, 7, tzinfo=UTC)
    assert build_request(registry()["payment.list"], {"updatedAsOf": when}, "t").query == {
        "updatedAsOf": "2026-11-20T05:06:07"
    }
    file = build_request(registry()["v2/vendor/invoice"], {"file": b"%PDF"}, "t")
    assert "JVBERg==" in str(file.body or file.query)


def test_every_kind_is_known() -> None:
    kinds = {entry.kind for spec in registry().values() for entry in spec.sendable}
    assert kinds == set(Kind)
