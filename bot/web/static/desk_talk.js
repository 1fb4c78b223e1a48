// One conversation: what was said, who has it, and what can be done with it. The server is asked when it is opened; what
// is said afterwards comes by itself.
import { avatar, el, toast } from "./dom.js";
import { ask } from "./desk_ask.js";
import { photo } from "./bubble.js";
import { covered, customerGlance, matterGlance } from "./desk_glance.js";
import { drawComposer, setKind, words } from "./desk_composer.js";
import { $, boot, current, date, doIt, draws, panes, redraw, state, time } from "./desk_state.js";
import { get } from "./wire.js";

export async function open(path) {
  if (state.open !== null) state.drafts.set(state.open, words.value);
  state.open = path;
  panes.dataset.showing = "talk";
  words.value = state.drafts.get(path) || "";
  redraw();
  setKind("say");
  await look(true);
  if (matchMedia("(min-width: 60rem)").matches && !$("composer").hidden) words.focus();
}

// ── what was said ──

let asked = 0;
let meanwhile = null; // what came live while the server was asked, and its answer may not know
function look(fromStart = false) { return state.looking = lookAgain(fromStart); } // the canned answers come with it
async function lookAgain(fromStart) {
  const path = state.open, mine = ++asked;
  if (path === null) return;
  meanwhile = [];
  try {
    const found = await get(`/desk/${path}`);
    if (path !== state.open || mine !== asked) return;
    $("lines").replaceChildren();
    lastDay = "";
    const known = new Set(found.lines.map((line) => line.key));
    for (const line of [...found.lines, ...meanwhile.filter((line) => !known.has(line.key))]) addLine(line);
    meanwhile = null;
    state.canned = found.canned;
    $("canned").replaceChildren(...found.canned.map((text, n) => el("button", { type: "button", onclick: () => { setKind("say"); words.value = text; words.focus(); } }, el("kbd", {}, `/${n + 1}`), el("span", {}, text))));
    if (fromStart) toEnd();
    drawGlance(found);
  } catch (wrong) { toast(wrong.message); }
}
const drawGlance = (found) => $("glance").replaceChildren(found.matter ? matterGlance(found.matter) : customerGlance(found.glance, current(), doIt, time));

const WHO = { bot: "小店", note: "备注", event: "" };
let lastDay = "";
function addLine(line) {
  const at = new Date(line.at), day = date.format(at);
  if (day !== lastDay) $("lines").append(el("li", { class: "day" }, day));
  lastDay = day;
  if (line.kind === "event") {
    $("lines").append(el("li", { class: "line event" }, `${line.name} ${line.text} · ${time.format(at)}`));
    return;
  }
  const who = line.kind === "note" ? `${line.name} 的备注` : WHO[line.kind] || line.name;
  $("lines").append(el("li", { class: `line ${line.kind}${line.held_back ? " held" : ""}` },
    el("p", { class: "line-who" }, who, line.room ? el("i", { class: "badge" }, line.room) : "", el("time", {}, time.format(at))),
    line.picture ? photo(`/desk/${state.open}/picture/${line.picture}`) : wordsOf(line),
    line.held_back ? el("p", { class: "line-who" }, "没发出：这时已经有人接了") : ""));
}

function wordsOf(line) {
  const words = line.covered ? covered(line.text, "这一句", doIt, { person: current()?.person, line: line.key }) : [line.text];
  return el("p", { class: "line-words" }, ...words);
}

let glanceAgain;
export function gotLine(line) {
  if (line.path !== state.open) return;
  const atEnd = isAtEnd();
  meanwhile?.push(line);
  addLine(line);
  if (atEnd || line.kind === "agent") toEnd();
  clearTimeout(glanceAgain);
  glanceAgain = setTimeout(async () => {
    const path = state.open;
    try {
      const found = await get(`/desk/${path}`);
      if (path === state.open) drawGlance(found);
    } catch { /* the next line asks again */ }
  }, 400);
}

let wasAtEnd = true;
function isAtEnd() { const box = $("lines"); return box.scrollHeight - box.scrollTop - box.clientHeight < 120; }
function toEnd() { $("lines").scrollTop = $("lines").scrollHeight; }
$("lines").addEventListener("scroll", () => { wasAtEnd = isAtEnd(); }, { passive: true });
$("lines").addEventListener("load", () => { if (wasAtEnd) toEnd(); }, true); // a picture takes its room late

// ── who has it ──

draws(drawHead);
function drawHead() {
  const row = current(), isOpen = state.open !== null;
  $("empty").hidden = isOpen;
  $("lines").hidden = !isOpen;
  $("glance").hidden = !isOpen;
  drawComposer();
  if (row) $("head").replaceChildren(...headOf(row));
  else if (!isOpen) $("head").replaceChildren();
}

function headOf(row) {
  const mine = row.owner === boot.me, acts = [];
  const back = el("button", { class: "icon back", type: "button", "aria-label": "回到列表", onclick: () => { panes.dataset.showing = "list"; } }, "‹");
  const more = el("button", { class: "icon more", type: "button", "aria-label": "这位顾客的资料", onclick: () => { panes.dataset.showing = panes.dataset.showing === "glance" ? "talk" : "glance"; } }, "…");
  if (mine) acts.push(el("button", { class: "button quiet", type: "button", onclick: transfer }, "转给"), el("button", { class: "button", type: "button", onclick: giveBack }, row.person ? "交还小店" : "结束"));
  else if (row.state === "open" || row.state === "bot") acts.push(el("button", { class: "button", type: "button", onclick: take }, row.state === "open" ? "接" : "接管"));
  return [back, avatar(row.name),
    el("div", { class: "head-name" }, el("h2", {}, row.name, row.ticket ? el("span", { class: "number" }, ` #${row.ticket}`) : ""),
      el("p", { class: "soft small" }, row.ticket ? `${row.why}` : "小店在接待")),
    el("div", { class: "head-acts" }, ...acts), more,
    ...(!mine && row.ticket && row.owner ? [el("p", { class: "taken" }, `${row.owner_name}在跟，你可以写备注`)] : [])];
}

export function take() { state.taking = takeIt(); } // what is typed meanwhile is for the customer, and no note
async function takeIt() {
  const row = current(), told = await doIt("take");
  if (!told) return;
  Object.assign(row, { owner: boot.me, ticket: told.ticket, state: "active" });
  if (!state.search) state.tab = "mine";
  redraw();
  setTimeout(() => words.focus(), 150);
}

export async function giveBack() {
  const row = current();
  if (!await doIt("end")) return;
  toast(row?.person ? "交还了，小店继续" : "结束了");
  state.tab = "open";
  await look();
}

async function transfer() {
  const to = await ask("转给谁？", [["to", "同事的名字，或者“售后”“批发”；空着就是下一位", ""]], "转");
  if (!to) return;
  const told = await doIt("transfer", to);
  if (told) toast(told.to ? `转给${told.to}了` : "放回去了，等人接");
}
