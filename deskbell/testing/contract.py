"""What the contract classes share: their tests are inherited, may be expected to fail, and cannot be left out."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, ClassVar


class Contract:
    """Base of `ChannelContract`, `StageContract` and those to come.

    A subclass that hides an inherited test behind something else is refused when its module is collected. A test
    that cannot pass yet is named in `xfails` with the reason; it is run all the same, and passing is then a
    failure, so that the entry goes when the reason is gone.
    """

    #: Names of inherited tests that are known to fail, each with the reason.
    xfails: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = contract_tests(cls)
        for name, owner in inherited.items():
            if getattr(cls, name, None) is not vars(owner)[name]:
                raise TypeError(
                    f"{cls.__module__}.{cls.__qualname__} puts something else in the place of {owner.__name__}.{name}. "
                    "A contract test is kept as it is; if it cannot pass yet, write "
                    f'xfails = {{"{name}": "the reason"}}.'
                )
        for name, reason in cls.xfails.items():
            _check_xfail(cls, name, reason, inherited)


def contract_tests(cls: type[Contract]) -> dict[str, type[Contract]]:
    """The contract tests that `cls` inherits, by name, each with the contract class that defines it."""
    return {
        name: base
        for base in cls.__mro__[1:]
        if issubclass(base, Contract) and base.__module__.startswith("deskbell.testing.")
        for name in vars(base)
        if name.startswith("test_")
    }


def _check_xfail(cls: type[Contract], name: str, reason: str, inherited: dict[str, type[Contract]]) -> None:
    if name not in inherited:
        near = get_close_matches(name, inherited, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise TypeError(f"{cls.__qualname__}.xfails names '{name}', which is no test of this contract.{hint}")
    if not isinstance(reason, str) or not reason.strip():
        raise TypeError(f"{cls.__qualname__}.xfails gives no reason for '{name}'.")
