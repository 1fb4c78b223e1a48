"""警报的话: what the shop found itself, said to its owner. Some alarms come as facts, and have their sentence here."""

from __future__ import annotations

FACTS = {
    "pay_mismatch": "{} 应付 {}，收到 {}",  # order, what is owed, what came
    "refund_stuck": "{} 的退款 {} 试了 {} 次还没退到",  # order, amount, tries
    "uncollected": "{} 到店付 {}，三天没来取，货还占着",  # order, what is owed
    "channel_down": "{} 从 {} 起断线了",  # channel, since when
    "too_fast": "微信嫌发得太快了（{}）",  # channel
}
NEXT = {
    "pay_mismatch": "核对一下：退给他回“错款”加单号加“退”，说好了回“错款”加单号加“好了”",
    "refund_stuck": "请看看支付后台，退好回“已退”加单号",
    "uncollected": "还留着就不用管，不留了回“退单”加单号",
    "channel_down": "请看看网关和微信号；连上后我自己接着做",
    "too_fast": "半小时内慢一半、不发推广，别急着手动发",
    "bill": "请和支付后台的账单核对",
}


def words(kind: str, said: str) -> str:
    """The alarm as a sentence, without what to do next; what is one already stays."""
    sentence, facts = FACTS.get(kind, ""), said.split()
    return sentence.format(*facts) if sentence.count("{}") == len(facts) else said
