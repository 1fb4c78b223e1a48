// 为什么: what was heard, the words in it, what it was taken for, which rule spoke, and the facts it used.

import { el } from "./dom.js";

const KINDS = {
  product: "商品", qty: "数量", buy: "要买", ask: "问", unit: "单位", spec: "规格", code: "编号", verb: "动词", time: "时间", money: "金额", name: "人", person: "人",
  campaign: "活动", place: "地方", phone: "电话", mention: "@", number: "数", order: "单号", exact: "", alias: "别名", pinyin: "拼音", specword: "规格", note: "备注", for: "给谁", cue: "语气", join: "要参团", emoji: "表情", typo: "错字", sound: "音近", filler: "虚词", have: "问", whether: "问", digits: "数字", latin: "字母", char: "字", word: "词",
};
const MEANS = {
  "order.add": "下单", "order.set": "改单", "order.remove": "去掉", "order.cancel": "取消订单", "order.query": "查订单", "order.repeat": "老样子",
  "catalog.query": "看菜单", "campaign.query": "问活动", "price.query": "问价", "stock.query": "问有没有", "price.why": "问怎么算的", "pickup.query": "问取货",
  "pay.ask": "怎么付款", "pay.notify": "说付了", "human.request": "找人工", "aftersale.report": "货有问题", "help": "帮助", "bind": "绑定", "undo": "撤销",
  "history": "看记录", "chat.greet": "打招呼", "chat.none": "闲聊", "chat.thanks": "道谢", "coupon.claim": "领券", "coupon.query": "问券", "delivery.address": "给地址", "delivery.query": "问送货", "pickup.schedule": "约取货",
  "admin.orders_today": "看今天的单", "admin.report": "看报表", "admin.order_find": "找单", "admin.order_redeem": "核销", "admin.payment_received": "收到钱了",
  "admin.product_add": "上架", "admin.product_off": "下架", "admin.product_set": "改商品", "admin.restock": "补货", "admin.special_post": "发特价", "admin.campaign_close": "截单", "admin.campaign_deadline": "改截单时间", "admin.coupon_issue": "发券",
  "admin.export": "导出", "admin.flash_create": "发秒杀", "admin.groupbuy_create": "开团", "admin.mute": "静音", "admin.order_ship": "发货", "admin.refund": "退款", "admin.role_add": "加店员",
  "admin.unread": "看没听懂的", "admin.word_teach": "教一个词", "admin.word_forget": "忘掉一个词", "admin.words": "看学过的词", "admin.unread_drop": "这句不用学",
};
const ACTS = { act: "照办", clarify: "先问一句", ignore: "不接话" };
const ENDS = { said: "回了话", asked: "问了一句", silent: "不说话", done: "办好了" };

export function drawWhy(why) {
  const means = why.intent ? [MEANS[why.intent] ? `${MEANS[why.intent]}（${why.intent}）` : why.intent, ACTS[why.action]].filter(Boolean).join(" · ") : null;
  const end = why.outcome ? [ENDS[why.outcome] ?? why.outcome, why.dialogue && `由“${why.dialogue}”接着`].filter(Boolean).join("，") : null;
  const steps = [
    ["听到", why.heard ? words(why.who ? `${why.who}：${why.heard}` : why.heard) : null],
    ["发生了", why.event ? words(why.event) : null],
    ["词", tokens(why.tokens)],
    ["意思与把握", means ? [words(means), score(why.score)] : null],
    ["读成", isNothing(why.lines) ? null : why.lines.map((line) => words(`${line.op === "add" ? "" : `${line.op} `}${line.name ?? line.sku} × ${line.qty}${line.unit}${line.for ? `，给${line.for}` : ""}`))],
    ["规则", isNothing(why.rules) ? null : [why.rules].flat().map((rule) => words(String(rule)))],
    ["用到的事实", isNothing(why.facts) ? null : facts(why.facts)],
    ["结果", end ? words(end) : null],
  ].filter(([, drawn]) => drawn);
  if (!steps.length) return [el("p", { class: "soft" }, "这句话是店里自己要说的，没有人问起。")];
  return steps.map(([title, drawn]) => el("section", { class: "why-step" }, el("h3", {}, title), drawn));
}

const words = (sentence) => el("p", {}, sentence);

function isNothing(value) {
  return value === null || value === undefined || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

function tokens(list) {
  if (isNothing(list)) return null;
  return el("div", { class: "words" }, list.map((token) => {
    if (typeof token !== "object") return el("span", {}, String(token));
    const about = [KINDS[token.kind] ?? "线索", KINDS[token.source] ?? ""].filter(Boolean).join("·");
    return el("span", {}, token.text, about ? el("small", {}, about) : null);
  }));
}

function score(value) {
  if (typeof value !== "number") return null;
  return el("p", { class: "score" }, el("meter", { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value, "aria-label": "把握" }), `${Math.round(value * 100)}%`);
}

function facts(value) {
  if (typeof value !== "object" || Array.isArray(value)) return words(brief(value));
  return el("dl", {}, Object.entries(value).flatMap(([name, one]) => [el("dt", {}, name), el("dd", {}, brief(one))]));
}

function brief(value) {
  if (Array.isArray(value)) return value.map(brief).join("、");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([name, one]) => `${name} ${brief(one)}`).join("，");
  return value === null ? "—" : String(value);
}
