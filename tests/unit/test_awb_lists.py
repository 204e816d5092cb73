"""Lists of AWBs are read whatever Komet makes of their members, and lose nothing."""

from datetime import date

from komet.dispatch.awb_lists import DETAILS, LIST, normalize_awb, read_awbs

DAY = date(2026, 11, 24)


def test_members_are_read_and_others_are_kept() -> None:
    row = {
        "awbId": 77, "awb": "729 1234 5675", "origin": "UIO", "shipDate": "2026-11-24",
        "arrivalDate": "2026-11-25 08:00:00", "pieces": "1,002", "piecesReceived": "1.0",
        "locationCode": "01", "status": "1", "truck": {"plate": "X"},
        "boxes": [{"code": "A1", "unitCost": 0.5}, {"boxCode": "A2"}, {"code": ""}, {"code": "A1"}],
    }  # fmt: skip
    [awb] = read_awbs(DETAILS, {"awbs": [row, {"pieces": 3}]}, DAY)
    assert (awb.awb, awb.awb_id, awb.ship_date) == ("729-12345675", "77", DAY)
    assert awb.arrival_date == date(2026, 11, 25)
    assert (awb.pieces, awb.pieces_received, awb.is_open) == (1002, 1, True)
    assert dict(awb.extra) == {"truck": {"plate": "X"}}
    assert list(awb.boxes) == ["A1", "A2"]


def test_what_cannot_be_read_stays_as_it_came() -> None:
    row = {"awb": "TEMP-1", "pieces": "some", "piecesReceived": -1, "arrivalDate": "soon",
           "shipDate": "2026-11-30", "status": "?", "boxes": "none"}  # fmt: skip
    [awb] = read_awbs(DETAILS, {"awbs": [row]}, DAY)
    assert (awb.awb, awb.ship_date, awb.boxes) == ("TEMP-1", DAY, {})
    assert (awb.pieces, awb.pieces_received, awb.arrival_date, awb.is_open) == (None,) * 4
    assert dict(awb.extra) == {name: row[name] for name in row if name != "awb"}


def test_no_list_or_a_single_object_is_read_too() -> None:
    assert read_awbs(DETAILS, {"message": "AWB not found."}, DAY) == []
    assert read_awbs(DETAILS, {"awbs": None}, DAY) == []
    assert len(read_awbs(DETAILS, {"awbs": {"awb": "72912345675"}}, DAY)) == 1


def test_a_text_of_codes_that_komet_has_cut_loses_the_last() -> None:
    codes = [f"BOX-{number:05d}" for number in range(60)]
    told = ",".join(codes)[:500]
    [cut] = read_awbs(LIST, {"awbs": [{"awb": "1", "pieces": 60, "boxesCodes": told}]}, DAY)
    assert list(cut.boxes) == codes[:49]  # 49 × 10 characters, and ten more that are cut off
    short = {"awb": "1", "pieces": 2, "boxesCodes": "A1, A2,"}
    assert list(read_awbs(LIST, {"awbs": [short]}, DAY)[0].boxes) == ["A1", "A2"]


def test_an_awb_is_the_same_in_every_spelling() -> None:
    for spelling in ("72912345675", "729-1234 5675", "729-12345675"):
        assert normalize_awb(spelling) == "729-12345675"
    assert normalize_awb(" TRUCK 5 ") == "TRUCK 5"
