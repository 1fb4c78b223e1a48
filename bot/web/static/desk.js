// The agents' desk: a list of customers, one conversation, a customer at a glance. The server is asked when something
// is opened; what happens afterwards comes by itself.
import { avatar, el, missedOne, part, toast } from "./dom.js";
import { ask } from "./desk_ask.js";
import { chime } from "./desk_chime.js";
import { customerGlance, figuresTable, matterGlance } from "./desk_glance.js";
import { photo } from "./bubble.js";
import { takePhotos } from "./photo.js";
import { get, listen, post, postPhoto } from "./wire.js";

const ON_GLASS = matchMedia("(hover: none)").matches; // no keys to be told of
const root = document.body;
const panes = document.querySelector(".desk-panes");
const boot = JSON.parse(panes.dataset.boot);
const $ = (name) => part(root, name);
const state = { all: [], rows: [], tab: "mine", open: null, kind: "say", search: "", known: new Set(), drafts: new Map() };
const time = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: boot.zone });
const date = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "short", timeZone: boot.zone });

// ── the list ──

const IN = {
  mine: (row) => row.owner === boot.me,
  open: (row) => row.state === "open",
  bot: (row) => row.state === "bot",
  all: () => true,
};
const inTab = () => state.rows.filter((row) => IN[state.tab](row));
const current = () => [...state.all, ...state.rows].find((row) => row.path === state.open);

function waited(row) {
  return row.since ? Math.max(0, (Date.now() - skew - new Date(row.since)) / 60000) : null;
}
// The demo's clock may stand elsewhere than ours: measured by the newest thing the server has said.
let skew = 0;

function waitedWords(minutes) {
  if (minutes < 1) return "刚刚";
  return minutes < 60 ? `${Math.floor(minutes)}分钟` : `${Math.floor(minutes / 60)}小时`;
}

function drawRows() {
  for (const tab of root.querySelectorAll("[data-tab]")) {
    const many = state.rows.filter(IN[tab.dataset.tab]).length;
    tab.setAttribute("aria-selected", String(tab.dataset.tab === state.tab));
    tab.querySelector("b").textContent = many || "";
  }
  const rows = inTab();
  $("rows").replaceChildren(...rows.map(drawRow));
  $("nobody").hidden = rows.length > 0;
  $("nobody").textContent = state.search ? "没有找到" : { mine: "手上没有顾客", open: "现在没人在等", bot: "还没有人说话", all: "还没有人说话" }[state.tab];
}

function drawRow(row) {
  const minutes = waited(row);
  const goal = row.answered ? boot.goals.next : boot.goals.first;
  const heat = minutes === null ? "" : minutes < goal / 2 ? "fresh" : minutes < goal ? "warm" : "hot";
  return el("li", {},
    el("button", { class: `row-of ${heat}`, type: "button", "aria-current": row.path === state.open ? "true" : null, onclick: () => open(row.path) },
      avatar(row.name),
      el("span", { class: "row-main" },
        el("span", { class: "row-name" }, row.name, row.room ? el("i", { class: "badge" }, row.room) : ""),
        el("span", { class: "row-said" }, row.said || row.why || "")),
      el("span", { class: "row-side" },
        row.ticket ? el("span", { class: "number" }, `#${row.ticket}`) : "",
        el("span", { class: `mark ${row.state}` }, row.owner && row.owner !== boot.me ? row.owner_name : row.word),
        minutes !== null ? el("span", { class: "waited" }, waitedWords(minutes)) : "")));
}

// All of them at first, then what has changed: who waits longest first, then who spoke with the shop last.
const later = (one, other) => (one.ticket && other.ticket ? one.ticket - other.ticket : one.ticket ? -1 : other.ticket ? 1 : new Date(other.at) - new Date(one.at));
function gotRows({ rows, gone = [], whole = false }) {
  const known = new Map(whole ? [] : state.all.map((row) => [row.path, row]));
  for (const path of gone) known.delete(path);
  for (const row of rows) known.set(row.path, row);
  showRows([...known.values()].sort(later));
}

function showRows(rows) {
  const fresh = rows.filter((row) => row.state === "open" && !state.known.has(row.ticket));
  if (state.known.size && fresh.length) { chime(); missedOne(); }
  for (const row of rows) if (row.ticket) state.known.add(row.ticket);
  if (!state.known.size) state.known.add(0);
  // Whoever has nothing to do sees who waits.
  if (state.tab === "mine" && state.open === null && !rows.some(IN.mine) && rows.some(IN.open)) state.tab = "open";
  state.all = rows;
  if (state.search) find();
  else state.rows = rows;
  drawRows();
  drawHead();
}

// ── one conversation ──

async function open(path) {
  if (state.open !== null) state.drafts.set(state.open, words.value);
  state.open = path;
  panes.dataset.showing = "talk";
  words.value = state.drafts.get(path) || "";
  drawRows();
  drawHead();
  setKind("say");
  await look(true);
  if (matchMedia("(min-width: 60rem)").matches && !$("composer").hidden) words.focus();
}

let asked = 0;
let meanwhile = null;  // what came live while the server was asked, and its answer may not know
let looking = Promise.resolve();  // the canned answers come with it
function look(fromStart = false) { return looking = lookAgain(fromStart); }
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
    $("canned").replaceChildren(...found.canned.map((text, n) => el("button", { type: "button", onclick: () => { setKind("say"); words.value = text; words.focus(); } }, el("kbd", {}, `/${n + 1}`), el("span", {}, text))));
    canned = found.canned;
    if (fromStart) toEnd();
    $("glance").replaceChildren(glanceOf(found));
  } catch (wrong) { toast(wrong.message); }
}
const glanceOf = (found) => found.matter ? matterGlance(found.matter) : customerGlance(found.glance, current(), doIt, time);
let canned = [];
let lastDay = "";

const WHO = { bot: "小店", note: "备注", event: "" };
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
    line.picture ? photo(`/desk/${state.open}/picture/${line.picture}`) : el("p", { class: "line-words" }, line.text),
    line.held_back ? el("p", { class: "line-who" }, "没发出：这时已经有人接了") : ""));
}

let wasAtEnd = true;
$("lines").addEventListener("scroll", () => { const box = $("lines"); wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 120; }, { passive: true });
$("lines").addEventListener("load", () => { if (wasAtEnd) toEnd(); }, true); // a picture takes its room late
function toEnd() { $("lines").scrollTop = $("lines").scrollHeight; }

function drawHead() {
  const row = current();
  const isOpen = state.open !== null;
  $("empty").hidden = isOpen;
  $("lines").hidden = !isOpen;
  $("glance").hidden = !isOpen;
  if (!row) { $("composer").hidden = true; $("canned").hidden = true; if (!isOpen) $("head").replaceChildren(); return; }
  const mine = row.owner === boot.me;
  const back = el("button", { class: "icon back", type: "button", "aria-label": "回到列表", onclick: () => { panes.dataset.showing = "list"; } }, "‹");
  const more = el("button", { class: "icon more", type: "button", "aria-label": "这位顾客的资料", onclick: () => { panes.dataset.showing = panes.dataset.showing === "glance" ? "talk" : "glance"; } }, "…");
  const acts = [];
  if (mine) acts.push(el("button", { class: "button quiet", type: "button", onclick: transfer }, "转给"), el("button", { class: "button", type: "button", onclick: giveBack }, row.person ? "交还小店" : "结束"));
  else if (row.state === "open" || row.state === "bot") acts.push(el("button", { class: "button", type: "button", onclick: take }, row.state === "open" ? "接" : "接管"));
  $("head").replaceChildren(back, avatar(row.name),
    el("div", { class: "head-name" }, el("h2", {}, row.name, row.ticket ? el("span", { class: "number" }, ` #${row.ticket}`) : ""),
      el("p", { class: "soft small" }, row.ticket ? `${row.why}` : "小店在接待")),
    el("div", { class: "head-acts" }, ...acts), more);
  $("composer").hidden = !mine && !row.ticket;
  const speaks = mine && row.person !== null;  // a matter of the shop itself has nobody to speak with
  $("canned").hidden = !speaks;
  const only = speaks ? "" : "note";
  if ($("composer").dataset.only !== only) {  // it has changed hands: what is typed now goes where it should
    $("composer").dataset.only = only;
    setKind(speaks ? "say" : "note");
  }
  if (!mine && row.ticket && row.owner) $("head").append(el("p", { class: "taken" }, `${row.owner_name}在跟，你可以写备注`));
}

// ── doing ──

async function doIt(verb, body = {}) {
  const row = current();
  try {
    const told = await post("/desk/do", { verb, ...(row?.ticket ? { ticket: row.ticket } : { person: row?.person }), ...body });
    return told;
  } catch (wrong) { toast(wrong.message); return null; }
}

let taking = Promise.resolve();  // what is typed meanwhile is for the customer, and no note
function take() { taking = takeIt(); }
async function takeIt() {
  const row = current(), told = await doIt("take");
  if (!told) return;
  Object.assign(row, { owner: boot.me, ticket: told.ticket, state: "active" });
  if (!state.search) state.tab = "mine";
  drawRows();
  drawHead();
  setTimeout(() => words.focus(), 150);
}
async function giveBack() { const row = current(); if (await doIt("end")) { toast(row?.person ? "交还了，小店继续" : "结束了"); state.tab = "open"; await look(); } }
async function transfer() {
  const to = await ask("转给谁？", [["to", "同事的名字，或者“售后”“批发”；空着就是下一位", ""]], "转");
  if (to) { const told = await doIt("transfer", to); if (told) toast(told.to ? `转给${told.to}了` : "放回去了，等人接"); }
}

const composer = $("composer");
const words = composer.querySelector("textarea");

function setKind(kind) {
  state.kind = composer.dataset.only === "note" ? "note" : kind;
  composer.dataset.kind = state.kind;
  for (const button of composer.querySelectorAll("[data-kind]")) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === state.kind));
    button.disabled = composer.dataset.only === "note" && button.dataset.kind === "say";
  }
  words.placeholder = state.kind === "note" ? "只有店里看得到" : `对${current()?.name ?? "他"}说…${ON_GLASS ? "" : "　输入 /1 用常用语"}`;
}

// One after the other: what is typed while a line is on its way waits, and goes to whom and where it was meant to go.
let sending = Promise.resolve();
function send() { const path = state.open; sending = sending.then(() => sendTo(path)); }
async function sendTo(path) {
  await Promise.all([taking, looking]);
  if (path !== state.open) { if (state.drafts.get(path)) toast("你换了人，刚才那句没发，还留在他那里"); return; }
  const typed = words.value.trim(), row = current(), kind = state.kind;
  if (!typed || !row?.ticket) return;
  const short = /^\/(\d)$/.exec(typed);
  const text = short ? canned[short[1] - 1] : typed;
  if (!text || (kind === "say" && /^[#＃/]/.test(text))) { toast("没有这句常用语，也没发出去"); return; }
  if (!await doIt(kind, { text })) return;
  if (state.drafts.get(path)?.trim() === typed) state.drafts.delete(path);
  if (path !== state.open || words.value.trim() !== typed) return;
  words.value = "";
  if (kind === "note") setKind("say");
}

takePhotos($("photo"), words, async (shown) => {
  const row = current();
  if (row?.ticket && !row.person) { toast("这是店里的事，没有顾客"); return; }
  if (row?.owner !== boot.me) { toast("先接过来，再发图"); return; }
  try { await postPhoto("/desk/picture", { ticket: row.ticket }, shown); } catch (wrong) { toast(wrong.message); }
});
composer.addEventListener("submit", (event) => { event.preventDefault(); send(); });
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
for (const button of composer.querySelectorAll("[data-kind]")) button.addEventListener("click", () => { setKind(button.dataset.kind); words.focus(); });
for (const tab of root.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => { state.tab = tab.dataset.tab; drawRows(); });

// ── keys ──

addEventListener("keydown", (event) => {
  if ($("ask").open) return;
  const typing = event.target.matches("input, textarea");
  if (event.altKey && event.code === "KeyN") { event.preventDefault(); setKind(state.kind === "note" ? "say" : "note"); words.focus(); }
  else if (event.altKey && event.code === "KeyE" && current()?.owner === boot.me) { event.preventDefault(); giveBack(); }
  else if (event.altKey && event.code === "KeyA" && current()) { event.preventDefault(); take(); }
  else if (event.key === "/" && !typing) { event.preventDefault(); $("search").focus(); }
  else if (event.key === "Escape" && typing) event.target.blur();
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing || words.value === "") && inTab().length) {
    event.preventDefault();
    const rows = inTab(), at = rows.findIndex((row) => row.path === state.open);
    open(rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length].path);
  }
});

let searching;
$("search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(() => {
    state.search = $("search").value.trim();
    if (state.search) state.tab = "all";
    find();
  }, 200);
});
async function find() {
  const search = state.search;
  try {
    const { rows } = await get(`/desk/rows?q=${encodeURIComponent(search)}`);
    if (search !== state.search) return;
    state.rows = rows;
    drawRows();
  } catch (wrong) { toast(wrong.message); }
}

$("duty").addEventListener("click", async () => {
  const told = await doIt("duty", { at_work: $("duty").getAttribute("aria-pressed") !== "true" });
  if (told) drawDuty(told.at_work);
});
function drawDuty(atWork) {
  $("duty").setAttribute("aria-pressed", String(atWork));
  $("duty").textContent = atWork ? "上班中" : "下班了";
}

// ── live ──

let glanceAgain;
listen("/desk/stream", {
  ready: () => {},
  rows: gotRows,
  line: (line) => {
    skew = Date.now() - new Date(line.at);
    if (line.path !== state.open) return;
    const box = $("lines"), atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 120;
    meanwhile?.push(line);
    addLine(line);
    if (atEnd || line.kind === "agent") toEnd();
    clearTimeout(glanceAgain);
    glanceAgain = setTimeout(async () => {
      const path = state.open;
      try {
        const found = await get(`/desk/${path}`);
        if (path === state.open) $("glance").replaceChildren(glanceOf(found));
      } catch { /* the next line asks again */ }
    }, 400);
  },
});
setInterval(drawRows, 20000);
if (ON_GLASS) $("search").placeholder = "找人：名字或单号";
drawDuty(boot.at_work);
get("/desk/figures").then((found) => $("figures").replaceChildren(figuresTable(found.agents))).catch(() => {});
