"""`dataclasses`, for what a burn loads: the same classes, made in a tenth of the time, and their values in a third (decisions/0175).

The library compiles up to ten methods for each class and loads `inspect`: two fifths of a cold start. Here all classes share
their methods, and a class gets its `__init__` when the first value of it is made. A type checker sees the library's own, and whoever
asks a class or a value (`fields`, `replace`, `asdict`, `is_dataclass` of the library) is told what the library would tell.

Not there: fields by keyword only, order, `__post_init__`, `InitVar`, and a dataclass under another one.
"""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from dataclasses import asdict, astuple, dataclass, field, fields, replace

__all__ = ["asdict", "astuple", "dataclass", "field", "fields", "replace"]

MISSING: Any = object()  # in place of a default that there is none of
LAYOUT = "__layout__"


class _Field:
    """What a class says of one of its fields; name and type are written where it stands."""

    __slots__ = ("compare", "default", "default_factory", "name", "repr", "type")

    def __init__(
        self, default: Any, default_factory: Any = MISSING, *, compare: bool = True, shown: bool = True
    ) -> None:
        self.name = self.type = ""
        self.default, self.default_factory = default, default_factory
        self.compare, self.repr = compare, shown


class _Layout:
    """Of a class: its fields, their names, what two values are compared by, and all that a value has."""

    __slots__ = ("compared", "fields", "names", "values")

    def __init__(self, found: tuple[_Field, ...]) -> None:
        self.fields = found
        self.names = tuple(each.name for each in found)
        self.compared = _reader([each.name for each in found if each.compare])
        self.values = _reader(self.names)


def _reader(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads them in one go: a loop over the fields of a purchase takes longer than all else that is done to it."""
    if len(names) == 1:
        read = attrgetter(names[0])
        return lambda value: (read(value),)
    return attrgetter(*names) if names else lambda _value: ()


def _field(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    repr: bool = True,  # noqa: A002 - the name that the library gives it
    compare: bool = True,
) -> _Field:
    return _Field(default, default_factory, compare=compare, shown=repr)


def _dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type], type]:
    return lambda cls: _made(cls, frozen, slots)


def _made(cls: type, frozen: bool, slots: bool) -> type:
    found = tuple(_fields_of(cls))
    layout = _Layout(found)
    methods: dict[str, Any] = {
        "__init__": _FirstInit(frozen, slots),
        "__eq__": _equal,
        "__hash__": _hash if frozen else None,
        "__repr__": _shown,
        "__match_args__": layout.names,
        "__dataclass_fields__": _LibrarysFields(),
        LAYOUT: layout,
    }
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if slots:
        methods |= {"__getstate__": _state, "__setstate__": _restore}
    body = {**methods, **vars(cls)}  # what a class has of its own stays
    for each in found:
        body.pop(each.name, None)
        if each.default is not MISSING and not slots:
            body[each.name] = each.default
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    if slots:
        body["__slots__"] = layout.names
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _fields_of(cls: type) -> Iterator[_Field]:
    if any(LAYOUT in vars(base) for base in cls.__mro__) or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__qualname__} asks for more than a light dataclass can: make it the library's")
    for name, kind in cls.__annotations__.items():
        if not kind.startswith("ClassVar"):
            given = vars(cls).get(name, MISSING)
            each = given if isinstance(given, _Field) else _Field(given)
            each.name, each.type = name, kind
            yield each


class _FirstInit:
    """Stands where `__init__` will: it is compiled when somebody asks for it, most likely to make the first value."""

    __slots__ = ("_frozen", "_slots")

    def __init__(self, frozen: bool, slots: bool) -> None:
        self._frozen, self._slots = frozen, slots

    def __get__(self, value: Any, cls: type) -> Any:
        asked = (
            value if isinstance(value, type) else cls
        )  # inspect of Python 3.13 asks as if the class were a value of `type`
        owner = next(each for each in asked.__mro__ if LAYOUT in vars(each))
        init = _init_of(owner, self._frozen, self._slots)
        owner.__init__ = init  # type: ignore[misc]
        return init if value is None else init.__get__(value)


def _init_of(cls: Any, frozen: bool, slots: bool) -> Any:
    """A slot of a frozen value is set by the slot itself, which nobody else asks."""
    given: dict[str, Any] = {"_missing": MISSING}
    parameters, steps = ["self"], []
    for each in getattr(cls, LAYOUT).fields:
        name, parameter, value = each.name, each.name, each.name
        if each.default_factory is not MISSING:
            given[f"_make_{name}"] = each.default_factory
            parameter, value = f"{name}=_missing", f"_make_{name}() if {name} is _missing else {name}"
        elif each.default is not MISSING:
            given[f"_default_{name}"] = each.default
            parameter = f"{name}=_default_{name}"
        parameters.append(parameter)
        if frozen:
            given[f"_set_{name}"] = vars(cls)[name].__set__ if slots else _setter(name)
        steps.append(f"_set_{name}(self, {value})" if frozen else f"self.{name} = {value}")
    body = "".join(f"\n  {step}" for step in steps or ["pass"])
    text = f"def made({', '.join(given)}):\n def __init__({', '.join(parameters)}):{body}\n return __init__"
    found: dict[str, Any] = {}
    exec(text, vars(sys.modules[cls.__module__]), found)  # noqa: S102 - of names of fields alone, as the library does it
    init = found["made"](**given)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in getattr(cls, LAYOUT).fields} | {"return": None}
    return init


def _setter(name: str) -> Callable[[Any, Any], None]:
    return lambda value, given: object.__setattr__(value, name, given)


class _LibrarysFields:
    """The library's own description of the class, for its own functions: made when one of them asks."""

    __slots__ = ()

    def __get__(self, value: Any, cls: type) -> Any:
        import dataclasses  # no burn asks

        owner: Any = next(each for each in cls.__mro__ if LAYOUT in vars(each))
        told = []
        for each in getattr(owner, LAYOUT).fields:
            known: dict[str, Any] = {"repr": each.repr, "compare": each.compare}
            if each.default_factory is not MISSING:
                known["default_factory"] = each.default_factory
            elif each.default is not MISSING:
                known["default"] = each.default
            told.append((each.name, each.type, dataclasses.field(**known)))
        twin: Any = dataclasses.make_dataclass(owner.__name__, told)
        owner.__dataclass_fields__ = twin.__dataclass_fields__
        return owner.__dataclass_fields__


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = self.__layout__.compared
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(self.__layout__.compared(self))


def _shown(self: Any) -> str:
    told = [f"{each.name}={getattr(self, each.name)!r}" for each in self.__layout__.fields if each.repr]
    return f"{type(self).__qualname__}({', '.join(told)})"


def _refuse(_self: Any, name: str, *_value: Any) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to or delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return list(self.__layout__.values(self))


def _restore(self: Any, state: list[Any]) -> None:
    for each, value in zip(self.__layout__.fields, state, strict=True):
        object.__setattr__(self, each.name, value)


def _replace(value: Any, /, **changes: Any) -> Any:
    layout = getattr(type(value), LAYOUT, None)
    if layout is None:
        import dataclasses  # a dataclass of the library's

        return dataclasses.replace(value, **changes)
    values = dict(zip(layout.names, layout.values(value), strict=True))
    values.update(changes)
    if len(values) > len(layout.names):
        return type(value)(**values)  # which refuses what it does not know, by its name
    return type(value)(*values.values())  # by their places: to find fifty by their names takes twice as long


def _fields(cls: Any) -> tuple[Any, ...]:
    layout = getattr(cls, LAYOUT, None)
    if layout is None:
        import dataclasses  # a dataclass of the library's

        return dataclasses.fields(cls)
    return tuple(layout.fields)


def _asdict(value: Any) -> dict[str, Any]:
    import dataclasses  # orders and lots; no burn is told so

    return dataclasses.asdict(value)


def _astuple(value: Any) -> tuple[Any, ...]:
    import dataclasses

    return dataclasses.astuple(value)


if not TYPE_CHECKING:
    dataclass, field, fields, replace, asdict, astuple = _dataclass, _field, _fields, _replace, _asdict, _astuple
