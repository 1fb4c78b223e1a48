"""帮助与寒暄: what can be said, short; inside an open question it says what is being asked."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.speech import Button
from dialogs.turn import Turn

CUSTOMER = "直接说要什么就行，比如“来2箱苹果 香蕉3斤”。改：“苹果改3箱”；不要：“取消”；看货：“菜单”；查单：“我的订单”；找人：“转人工”"
STAFF = """店里的话这样说，一次一句：
货：上架 红颜草莓 25/盒 库存80；改价 草莓 25.5；补货 草莓 +50；下架 草莓；今日特价 草莓22 香蕉2.9；调货 草莓5盒到东门
单：今日订单；核销 482931（只交一部分：核销 482931 草莓1盒）；收款 0501-017；便宜 0501-017 3；退单 0501-017 没货了
钱：对账；退款 0501-017；试算 苹果3箱
客：发券 满30减5 x50；给小李加20积分
话：没听懂的；大樱桃=车厘子
说错了：撤销；我做过什么"""
CUSTOMER_BUTTONS = (Button("菜单", "菜单"), Button("我的订单", "我的订单"))
STAFF_BUTTONS = (Button("今日订单", "今日订单"), Button("对账", "对账"), Button("没听懂的", "没听懂的"))


class Help(Dialogue):
    id = "help"
    intents = ("help",)
    examples = ("帮助", "怎么下单")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if turn.person.is_staff and turn.room is None:
            return Done((turn.here(STAFF, buttons=STAFF_BUTTONS),))
        return Done((turn.here(CUSTOMER, buttons=CUSTOMER_BUTTONS),))


class Greet(Dialogue):
    id = "greet"
    intents = ("chat.greet",)
    examples = ("在吗", "老板好")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        text = "在的。要什么直接说，看货回“菜单”"
        return Done((turn.here(text, buttons=(Button("菜单", "菜单"),)),) if turn.addressed else ())
