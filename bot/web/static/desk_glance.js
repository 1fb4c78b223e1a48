// The right pane: a customer at a glance, with what can be done for him; and how the agents do.
import { el, toast } from "./dom.js";
import { ask } from "./desk_ask.js";

export function customerGlance(glance, row, doIt, time) {
  const mine = row && row.word && row.ticket && glance.orders.some((order) => order.paid);
  return el("div", { class: "glance-in" },
    el("section", { class: "sum" },
      el("div", {}, el("b", {}, glance.spent), el("span", { class: "soft small" }, "一共买了")),
      el("div", {}, el("b", {}, String(glance.points)), el("span", { class: "soft small" }, "积分")),
      el("div", {}, el("b", {}, glance.level || "—"), el("span", { class: "soft small" }, "等级"))),
    mine ? el("div", { class: "amends" },
      el("button", { class: "button quiet", type: "button", onclick: () => refund(doIt) }, "退款"),
      el("button", { class: "button quiet", type: "button", onclick: () => reship(doIt) }, "补发")) : "",
    el("h3", {}, "订单"),
    glance.orders.length ? el("ul", { class: "orders" }, ...glance.orders.map((order) => drawOrder(order, row, doIt))) : el("p", { class: "soft small" }, "还没下过单"),
    el("h3", {}, "备注"),
    glance.notes.length ? el("ul", { class: "notes" }, ...glance.notes.map((note) => el("li", {}, note.text, el("span", { class: "soft small" }, ` ${note.by} ${time.format(new Date(note.at))}`)))) : el("p", { class: "soft small" }, "还没有。备注只有店里看得到"),
    el("h3", {}, "找过人"),
    el("ul", { class: "before" }, ...glance.tickets.map((ticket) => el("li", {},
      el("p", {}, el("b", {}, `#${ticket.id}`), ` ${ticket.why}`),
      el("p", { class: "soft small" }, `${ticket.word}${ticket.rating ? ` · ${"★".repeat(ticket.rating)}` : ""}`)))),
    row ? el("p", { class: "small" }, el("a", { href: `/desk/customer/${row.person}/chat`, download: "desk.chat" }, "存成剧本（不留名字）")) : "");
}

const HIDDEN = { code: "取货码", address: "地址" };
function drawOrder(order, row, doIt) {
  const hidden = Object.entries(HIDDEN).filter(([what]) => order[`has_${what}`]);
  return el("li", {},
    el("p", {}, el("b", {}, order.code), el("span", { class: "badge" }, order.state), el("span", { class: "amount" }, order.amount)),
    el("p", { class: "soft small" }, order.goods),
    ...hidden.map(([what, name]) => el("p", { class: "small" }, `${name} `, ...covered("＊＊＊", name, doIt, { person: row?.person, order: order.id, what }))));
}

// Words with something covered, and a button to see it; it is kept in the shop who has looked.
const looked = new Map(); // what was asked for on this page stays to be read
export function covered(words, name, doIt, what) {
  const key = JSON.stringify(what), said = el("span", {}, looked.get(key) ?? words);
  if (looked.has(key)) return [said];
  const button = el("button", { class: "look", type: "button", "aria-label": `看${name}`, title: "看过会记下来", onclick: async () => {
    const told = await doIt("look", what);
    if (!told) return;
    looked.set(key, told.said);
    said.textContent = told.said;
    button.remove();
  } }, "看");
  return [said, button];
}

async function refund(doIt) {
  const said = await ask("退多少？", [["amount", "金额，空着就是能退的全退", ""], ["why", "为什么", "坏果"]], "看一下");
  if (!said) return;
  const seen = await doIt("look_at_refund", { amount: said.amount });
  if (!seen || !await ask(`${seen.code} 付了 ${seen.paid}，退 ${seen.amount}？`, [], "退")) return;
  const done = await doIt("refund", { ...said, seal: seen.seal });
  if (done) toast(`${done.code} 退 ${done.amount}，到了会告诉他`);
}

async function reship(doIt) {
  if (!await ask("最近付过款的一单，整单再发一份，不收钱？", [], "补发")) return;
  const done = await doIt("reship");
  if (done) toast(`补发记下了：${done.code}，取货码发他了`);
}

export function figuresTable(agents) {
  if (!agents.length) return el("p", { class: "soft small" }, "这一周客服还没接过人");
  const cell = (value, unit = "") => el("td", {}, value === null ? "—" : `${value}${unit}`);
  const lasted = (seconds) => (seconds === null ? null : seconds < 90 ? `${Math.round(seconds)}秒` : `${Math.round(seconds / 60)}分钟`);
  return el("table", { class: "figures" },
    el("caption", {}, "最近七天"),
    el("thead", {}, el("tr", {}, ...["客服", "顾客", "首次回复", "之后回复", "及时", "解决", "评分"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...agents.map((one) => el("tr", {}, el("th", { scope: "row" }, one.name), cell(one.tickets), cell(lasted(one.first)), cell(lasted(one.next)), cell(one.in_time, "%"), cell(one.solved, "%"), cell(one.stars)))));
}

// What the shop found itself: what is wrong and what to do; there is nobody to answer.
export function matterGlance(matter) {
  return el("div", { class: "glance-in" },
    el("h3", {}, "哪里不对"), el("p", {}, matter.why),
    el("h3", {}, "怎么办"), el("p", {}, matter.next),
    el("p", { class: "soft small" }, "没有顾客在等。备注只有店里看得到，今晚查账对上了会自己结束"));
}
