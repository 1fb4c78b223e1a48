"""够不着: what is said in a group when the shop cannot reach one of its members, or was itself away for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def befriend(name: str) -> str:
    return f"{name}，咱们还不是好友，私聊发不到你。加我好友跟我打个招呼，马上发你"


@dataclass(frozen=True, slots=True)
class Link:
    """By which somebody pays his order; it opens once."""

    order: int
    name: str
    address: str
    is_deposit: bool = False

    @property
    def gets(self) -> str:
        """What he is told in private once he has paid."""
        return "约好的时间" if self.is_deposit else "取货码"


def pay_here(links: Sequence[Link]) -> str:
    """One line for everybody who waits for his link."""
    if len(links) == 1:
        (one,) = links
        return f"{one.name}，付款点这里（只能打开一次）：{one.address} {one.gets}要加我好友才能发你"
    each = "\n".join(f"{one.name} {one.address}" for one in links)
    gets = "、".join(dict.fromkeys(one.gets for one in links))
    return f"付款点自己那条（只能打开一次）：\n{each}\n{gets}要加我好友才能发你们"


def not_renamed(room: str, name: str) -> str:
    return f"{room}的群名没改成“{name}”：这里改不了，要在店里的手机上改"


def after_silence() -> str:
    return "刚才断线了几分钟，那时候说的可能没看到；要订的再说一次就好"


def after_a_gap() -> str:
    return "刚才断线了一会儿，那时候说的都补记了，单子私聊发你们；没收到的再说一次就好"
