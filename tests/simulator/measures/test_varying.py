from simulator.measures.varying import varying


def test_what_all_have_at_the_same_level_does_not_vary() -> None:
    assert varying([]) == ()
    assert varying([{"a": 1, "b": 2}]) == ()
    assert varying([{"a": 1, "b": 2}, {"a": 1, "b": 3}]) == ("b",)


def test_a_level_as_written_is_its_text_and_having_none_is_a_difference() -> None:
    assert varying([{"a": 1}, {"a": "1"}]) == ()
    assert varying([{"a": None}, {"a": "None"}]) == ()
    assert varying([{"a": None}, {}]) == ("a",)


def test_they_come_in_the_order_of_the_first_that_has_them() -> None:
    assert varying([{"z": 1, "b": 1}, {"a": 1, "b": 2, "z": 2}]) == ("z", "b", "a")


def test_the_baselines_one_job_in_flight_is_no_level() -> None:
    places = [{"strategy": "sequential", "in_flight": 1}, {"strategy": "threads", "in_flight": 8}]
    assert varying(places) == ("strategy",)
    assert "in_flight" in varying([*places, {"strategy": "threads", "in_flight": 16}])
