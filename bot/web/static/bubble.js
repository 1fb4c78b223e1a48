// One line as it stands in the chat: a bubble, or the card that says the same.

import { avatar, el } from "./dom.js";

const ADDRESS = /https?:\/\/[^\s<>"'，。、；！？）】]+|[@＠][^\s@＠,，。!！?？:：;；、]+/g;

// `does` has say(text), quote(line), why(line) and qr(line): what can be done from here; a missing one is not offered.
export function drawLine(line, { mine, quoted, does }) {
  const said = line.card ? drawCard(line, does) : drawWords(line, quoted, does);
  const under = line.shop && does.why
    ? el("div", { class: "under" }, el("button", { type: "button", class: "why", onclick: () => does.why(line) }, "为什么")) : null;
  const quote = el("button", { type: "button", class: "quote", title: "引用", "aria-label": `引用${line.name}说的`, onclick: () => does.quote(line) }, "↩");
  const body = el("div", { class: "body", onclick: pick }, said, quote);
  return frame(line, mine, body, line.card?.kind === "menu" ? looseButtons(line) : line.buttons, does, under);
}

function drawWords(line, quoted, does) {
  const bubble = el("div", { class: "bubble" }, quoted ? quotedPart(quoted) : null, words(line.text));
  if (!line.photo) return bubble;
  const shown = photo(does.photo(line));
  return line.shop ? el("div", { class: "with-photo" }, bubble, shown) : shown; // whoever sends one says nothing with it
}

export function photo(address) {
  const image = el("img", { src: address, alt: "图片", loading: "lazy" });
  const link = el("a", { class: "photo", href: address, target: "_blank", rel: "noopener" }, image);
  image.addEventListener("error", () => link.replaceWith(el("p", { class: "photo gone" }, "这张图没有了")));
  return link;
}

// A finger cannot hover: a tap on the bubble shows what can be done with it.
function pick(event) {
  if (event.target.closest("a, button")) return;
  const line = event.currentTarget.closest(".line");
  for (const other of line.parentNode.querySelectorAll(".is-picked")) if (other !== line) other.classList.remove("is-picked");
  line.classList.toggle("is-picked");
}

// What was typed here and is not in the log yet.
export function drawPending(out, again) {
  const under = el("div", { class: "under" },
    el("span", { class: "state" }, out.wrong || "发送中…"),
    out.wrong && !out.final ? el("button", { type: "button", class: "retry", onclick: again }, "重发") : null);
  const body = el("div", { class: "body" }, el("div", { class: "bubble" }, words(out.text)));
  const node = frame({ name: out.name, shop: false }, true, body, [], {}, under);
  node.classList.add(out.wrong ? "is-failed" : "is-pending");
  return node;
}

function frame(line, mine, said, buttons, does, under) {
  return el("article", { class: `line${mine ? " mine" : ""}`, "data-id": line.id },
    avatar(line.name, line.shop),
    el("div", { class: "said" },
      mine ? el("span", { class: "unseen" }, `${line.name}（我）`)
        : el("p", { class: "speaker" }, line.name, line.shop ? el("span", { class: "tag" }, "店铺") : null),
      said,
      buttons?.length ? el("div", { class: "chips" }, buttons.map((button) => chip(button.label, button.says, does))) : null,
      under));
}

function chip(label, says, does) {
  return el("button", { type: "button", class: "chip", title: says, onclick: () => does.say?.(says) }, label);
}

function quotedPart(quoted) {
  return el("span", { class: "quoted" }, `${quoted.name}：${quoted.text}`);
}

function words(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, match.index));
    parts.push(match[0].startsWith("http") ? link(match[0], match[0]) : el("span", { class: "at" }, match[0]));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

function link(address, label, look) {
  return el("a", { href: address, class: look, target: "_blank", rel: "noopener noreferrer" }, label);
}

function drawCard(line, does) {
  const card = line.card;
  const isWeb = /^https?:\/\//i.test(card.link);
  if (card.picture && does.picture) {
    return el("img", { class: "picture", src: does.picture(line), alt: line.text, width: 800, loading: "lazy" });
  }
  return el("section", { class: `card ${card.kind}`, "aria-label": card.title },
    el("h3", {}, card.title),
    card.qr && does.qr ? el("img", { class: "code", src: does.qr(line), alt: "二维码", width: 176, height: 176 }) : null,
    card.rows.length ? el("ul", {}, card.rows.map((row, n) => (card.kind === "menu" ? menuRow(row, card.rows[n - 1], does) : plainRow(row)))) : null,
    card.cuts.length ? el("ul", { class: "cuts" }, card.cuts.map(plainRow)) : null,
    card.total ? el("p", { class: "total" }, "合计", el("b", {}, card.total)) : null,
    card.note ? el("p", { class: "note" }, card.note) : null,
    isWeb ? el("p", { class: "pay" }, link(card.link, card.link_label || "打开", "button wide")) : null);
}

function plainRow(row) {
  return el("li", {},
    el("span", {}, row.name, row.detail ? el("span", { class: "detail" }, ` ${row.detail}`) : null),
    el("span", { class: "amount" }, row.amount));
}

// 来1份 in the row's own unit; a second size of the same thing stands under its name.
function menuRow(row, before, does) {
  const name = bareName(row);
  const unit = /\/\s*([^\s/\d]{1,3})$/.exec(row.amount)?.[1] ?? "份";
  const [size, ...rest] = row.detail.split(" · ");
  const says = `来1${unit}${name}${rest.length ? size : ""}`;
  const isGone = /剩0|卖完|售罄/.test(row.detail);
  return el("li", { class: before?.name === row.name ? "same" : undefined },
    el("span", {},
      before?.name === row.name ? null : el("span", { class: "name" }, name),
      row.detail ? el("span", { class: "detail" }, row.detail) : null),
    el("span", { class: "amount" }, row.amount),
    does.say && !isGone ? el("span", {}, chip(`来1${unit}`, says, does)) : el("span", { class: "detail" }, isGone ? "卖完了" : ""));
}

const bareName = (row) => row.name.replace(/^\d+\s+/, "");

// The rows have buttons of their own; what the shop offers besides stays below.
function looseButtons(line) {
  return line.buttons.filter((button) => !line.card.rows.some((row) => button.says.includes(bareName(row))));
}
