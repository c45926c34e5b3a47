"""Light dataclasses are the library's dataclasses to everybody who asks: the library is the oracle, over every class that a burn loads."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import sys
from collections.abc import Iterator
from typing import Any, ClassVar, get_type_hints

import pytest

from lotbook.domain.values import light_dataclasses as light
from lotbook.domain.values.light_dataclasses import LAYOUT, dataclass, field


@dataclass(frozen=True, slots=True)
class Frozen:
    """With all kinds of fields."""

    a: int
    b: str = "b"
    c: list[int] = field(default_factory=list)
    d: int = field(default=4, repr=False)
    e: int = field(default=5, compare=False)
    LIMIT: ClassVar[int] = 7

    @property
    def both(self) -> int:
        return self.a + self.LIMIT


@dataclass(slots=True)
class Mutable:
    a: int
    c: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class WithDict:
    a: int
    b: str = "b"
    c: list[int] = field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class LibrarysFrozen:
    """With all kinds of fields."""

    a: int
    b: str = "b"
    c: list[int] = dataclasses.field(default_factory=list)
    d: int = dataclasses.field(default=4, repr=False)
    e: int = dataclasses.field(default=5, compare=False)
    LIMIT: ClassVar[int] = 7

    @property
    def both(self) -> int:
        return self.a + self.LIMIT


@dataclasses.dataclass(slots=True)
class LibrarysMutable:
    a: int
    c: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class LibrarysWithDict:
    a: int
    b: str = "b"
    c: list[int] = dataclasses.field(default_factory=list)


PAIRS: tuple[tuple[Any, Any], ...] = (
    (Frozen, LibrarysFrozen),
    (Mutable, LibrarysMutable),
    (WithDict, LibrarysWithDict),
)


def _parameters(cls: Any) -> list[tuple[str, bool]]:
    return [(name, each.default is inspect.Parameter.empty) for name, each in inspect.signature(cls).parameters.items()]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_a_class_tells_of_itself_what_the_librarys_does(ours: Any, theirs: Any) -> None:
    assert _parameters(ours) == _parameters(theirs)
    assert get_type_hints(ours.__init__) == get_type_hints(theirs.__init__)
    assert ours.__match_args__ == theirs.__match_args__
    told = [
        [(f.name, f.type, f.default, f.repr, f.compare) for f in dataclasses.fields(each)] for each in (ours, theirs)
    ]
    assert told[0] == told[1]
    assert [each.name for each in light.fields(ours)] == [each.name for each in dataclasses.fields(theirs)]
    assert hasattr(ours(a=1), "__dict__") is hasattr(theirs(a=1), "__dict__")
    assert ours.__doc__ == theirs.__doc__ or "Mutable" in ours.__name__ or "WithDict" in ours.__name__
    assert dataclasses.is_dataclass(ours)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_its_values_are_equal_shown_copied_and_changed_as_the_librarys(ours: Any, theirs: Any) -> None:
    one, same, other = ours(1), ours(a=1), ours(2)
    assert one == same != other
    assert one != theirs(1)
    assert repr(one) == repr(theirs(1)).replace("Librarys", "")
    assert one.c == []
    assert one.c is not same.c, "a factory makes one for each"
    for copied in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert copied == one
        assert type(copied) is ours
    for replace in (light.replace, dataclasses.replace):
        assert replace(one, a=2) == other
        with pytest.raises(TypeError):
            replace(one, unknown=2)
    assert dataclasses.asdict(one) == light.asdict(one) == dataclasses.asdict(theirs(1))
    assert light.astuple(one) == dataclasses.astuple(theirs(1))
    for wrong in ((), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(TypeError):
            ours(*wrong)


def test_what_is_not_compared_is_not() -> None:
    assert Frozen(1, e=6) == Frozen(1)
    assert Frozen(1, d=6) != Frozen(1)


def test_a_frozen_value_stays_as_it_is_and_one_that_is_not_does_not() -> None:
    hashed: Any = dataclass(frozen=True, slots=True)(
        type("Hashed", (), {"__annotations__": {"a": "int"}, "__module__": __name__})
    )
    assert {hashed(1), hashed(1), hashed(2)} == {hashed(1), hashed(2)}
    for value in (Frozen(1), WithDict(1)):
        for change in (lambda v: setattr(v, "a", 2), lambda v: setattr(v, "z", 2), lambda v: delattr(v, "a")):
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
                change(value)
        assert value.a == 1
    mutable = Mutable(1)
    mutable.a = 2
    assert mutable == Mutable(2)
    with pytest.raises(TypeError):
        hash(mutable)


def test_patterns_take_a_value_apart() -> None:
    match Frozen(1, "x"):
        case Frozen(a, b):
            assert (a, b) == (1, "x")


def test_the_library_is_asked_for_classes_and_values_of_the_library() -> None:
    assert light.replace(LibrarysFrozen(1), a=2) == LibrarysFrozen(2)
    assert light.fields(LibrarysFrozen) == dataclasses.fields(LibrarysFrozen)


def test_a_class_of_one_field_and_one_of_none_are_as_any_other() -> None:
    @dataclass(frozen=True, slots=True)
    class One:
        a: int

    @dataclass(frozen=True, slots=True)
    class Nothing: ...

    assert (light.replace(One(1), a=2), light.replace(One(1)), light.replace(Nothing())) == (One(2), One(1), Nothing())
    assert len({One(1), One(1), One(2), Nothing(), Nothing()}) == 3
    assert [copy.copy(each) for each in (One(1), Nothing())] == [One(1), Nothing()]


def test_what_it_cannot_do_is_said_when_the_class_is_made() -> None:
    def under() -> Any:
        @dataclass(frozen=True)
        class Under(WithDict):  # type: ignore[misc, unused-ignore]
            z: int = 1

        return Under

    def after() -> Any:
        @dataclass(frozen=True)
        class After:
            a: int

            def __post_init__(self) -> None: ...

        return After

    for make in (under, after):
        with pytest.raises(TypeError, match="light"):
            make()
    with pytest.raises(TypeError):
        dataclass(kw_only=True)  # type: ignore[call-overload, unused-ignore]


def _of_a_burn() -> Iterator[Any]:
    import lotbook.adapters.dynamo.books
    import lotbook.api.http.http
    import lotbook.usecases.credits.consume  # noqa: F401 - what a burn loads

    for name, module in list(sys.modules.items()):
        if name.startswith("lotbook."):
            for made in vars(module).values():
                if isinstance(made, type) and made.__module__ == name and LAYOUT in vars(made):
                    yield made


def test_every_class_of_a_burn_is_described_as_the_library_would_and_made_by_its_fields() -> None:
    classes = list(_of_a_burn())
    assert len(classes) > 40
    for cls in classes:
        given = {each.name: object() for each in dataclasses.fields(cls)}
        value = cls(**given)
        assert {name: getattr(value, name) for name in given} == given, cls
        assert list(inspect.signature(cls).parameters) == list(given), cls
        assert value == dataclasses.replace(value) == copy.copy(value), cls
