"""The entity diagrams: every table and relation has its place in `diagram.json`, lines seldom cross, and a
table that is new stands below the others until `make diagram` was run."""

from __future__ import annotations

import itertools

import pytest

from portal.learn import catalogue, drawing

pytestmark = pytest.mark.once

VIEWS = [*catalogue.processes(), catalogue.WHOLE]
#: Crossings of the whole as it was drawn before ELK; now it is at most a tenth.
BEFORE = 8_847


@pytest.mark.parametrize("key", VIEWS)
def test_every_table_and_relation_has_its_place_and_none_is_left_over(key):
    names = catalogue.in_view(key)
    places = drawing.places()[key]
    hint = "run `make diagram`"
    assert set(places["boxes"]) == set(names), hint
    assert set(places["lines"]) == {drawing.line_key(relation)
                                    for relation in catalogue.relations(names)}, hint
    for box in drawing.boxes_of(names):
        assert places["boxes"][box.name][2] == box.height, f"{box.name} has other columns now: {hint}"


def test_no_place_is_kept_for_a_process_that_is_gone():
    assert set(drawing.places()) == set(VIEWS)


@pytest.mark.parametrize("key", VIEWS)
def test_the_drawing_is_whole_and_no_two_boxes_meet(key):
    names = catalogue.in_view(key)
    diagram = drawing.draw(key)
    assert {box.name for box in diagram.boxes} == set(names)
    assert len(diagram.lines) == len(catalogue.relations(names))
    for one, other in itertools.combinations(diagram.boxes, 2):
        apart = (abs(one.x - other.x) >= drawing.WIDTH or one.y + one.height <= other.y
                 or other.y + other.height <= one.y)
        assert apart, f"{one.name} lies on {other.name}"
    for box in diagram.boxes:
        assert 0 <= box.x <= diagram.width - drawing.WIDTH
        assert 0 <= box.y <= diagram.height - box.height


@pytest.mark.parametrize("key", VIEWS)
def test_a_line_goes_from_the_side_of_its_parent_to_the_side_of_its_child(key):
    diagram = drawing.draw(key)
    boxes = {box.name: box for box in diagram.boxes}

    def touches(point, box):
        return (min(abs(point[0] - box.x), abs(point[0] - box.x - drawing.WIDTH)) < 0.2
                and box.y <= point[1] <= box.y + box.height)

    for line in diagram.lines:
        assert touches(line.start, boxes[line.relation.parent]), line.relation
        assert touches(line.end, boxes[line.relation.child]), line.relation


@pytest.mark.parametrize("key", [key for key in VIEWS if key != catalogue.WHOLE])
def test_a_line_of_a_process_meets_the_row_of_its_column(key):
    diagram = drawing.draw(key)
    boxes = {box.name: box for box in diagram.boxes}
    for line in diagram.lines:
        child = boxes[line.relation.child]
        assert abs(line.end[1] - child.y - child.row_middle(line.relation.column)) < 0.2, line.relation


def test_lines_of_the_whole_cross_at_most_a_tenth_as_often_as_before():
    diagram = drawing.draw(catalogue.WHOLE)
    assert drawing.crossings(line.points for line in diagram.lines) <= BEFORE / 10


def test_crossings_are_counted_once_each_and_touching_is_none():
    level, upright = [(0, 5), (10, 5)], [(4, 0), (4, 9)]
    assert drawing.crossings([level, upright]) == 1
    assert drawing.crossings([level, [(0, 5), (10, 5)]]) == 0
    assert drawing.crossings([level, [(10, 0), (10, 9)]]) == 0
    assert drawing.crossings([[(0, 0), (5, 0), (5, 9), (2, 9), (2, -3)]]) == 0


def test_a_table_without_a_place_stands_below_and_is_joined(monkeypatch):
    before = drawing.draw("requests")
    places = {key: {**value, "boxes": dict(value["boxes"]), "lines": dict(value["lines"])}
              for key, value in drawing.places().items()}
    del places["requests"]["boxes"]["store_request_line"]
    del places["requests"]["lines"]["store_request_line.store_request_id>store_request"]
    monkeypatch.setattr(drawing, "places", lambda: places)
    diagram = drawing.draw("requests")
    new = next(box for box in diagram.boxes if box.name == "store_request_line")
    assert new.y >= before.height
    assert diagram.height > before.height
    assert new.y + new.height <= diagram.height
    line = next(line for line in diagram.lines
                if drawing.line_key(line.relation) == "store_request_line.store_request_id>store_request")
    assert line.end == (new.x, new.y + new.row_middle("store_request_id"))


def test_without_any_places_the_page_still_opens(client, sign_in, monkeypatch):
    monkeypatch.setattr(drawing, "places", dict)
    sign_in(client, "student")
    for key in ("requests", catalogue.WHOLE):
        assert client.get(f"/learn/diagram?process={key}").status_code == 200


def test_the_search_of_the_diagram_leads_to_the_table(client, sign_in):
    sign_in(client, "student")
    for query, process, table in (("tb_rcv", "requests", "goods_receipt"), ("TB", "", "patient")):
        answer = client.get("/learn/diagram", query_string={"find": query, "process": process})
        assert answer.status_code == 302
        assert f"table={table}" in answer.location
    whole = client.get("/learn/diagram?find=bed&process=all")
    assert "process=all" in whole.location
    nothing = client.get("/learn/diagram?find=zzzzz&process=rooms")
    assert nothing.status_code == 200
    assert 'value="zzzzz"' in nothing.text
    assert 'role="status"' in nothing.text


def test_a_table_alone_opens_its_process(client, sign_in):
    sign_in(client, "student")
    page = client.get("/learn/diagram?table=consultation").text
    assert 'href="/learn/diagram?process=telemedicine&amp;table=patient#erd-detail"' in page


def test_who_may_read_the_rows_finds_the_way_to_them(client, sign_in):
    sign_in(client, "student")
    assert 'href="/admin/item/"' not in client.get("/learn/diagram?table=item").text
    sign_in(client, "admin")
    assert 'href="/admin/item/"' in client.get("/learn/diagram?table=item").text
