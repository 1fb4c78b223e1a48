// The demo's table: be anybody, see both chats, move the clock, play a sample, ask why.

import { avatar, el, missedOne, toast } from "./dom.js";
import { oops, Pane, welcome } from "./pane.js";
import { fitKeyboard, Switch } from "./switch.js";
import { Tabs } from "./tabs.js";
import { drawWhy } from "./why.js";
import { get, listen, post, postPhoto } from "./wire.js";

fitKeyboard();
const panes = document.querySelector(".panes");
const boot = JSON.parse(panes.dataset.boot);
const people = new Map(boot.people.map((one) => [one.name, { ...one, unread: false }]));
const lines = new Map();
const shopClock = { at: new Date(boot.now), asOf: Date.now() };
let room = boot.rooms[0];
let me = boot.people[0]?.name ?? "小李";
let isReady = false;

const does = {
  send: (out) => out.photo ? postPhoto("/try/show", { who: out.name, room: out.room, nonce: out.nonce }, out.photo) : post("/try/say", { who: out.name, room: out.room, text: out.text, nonce: out.nonce, reply_to: out.reply_to }),
  isMine: (line) => !line.shop && line.name === me,
  quotedOf: (id) => lines.get(id),
  qr: (line) => `/try/qr/${line.id}.svg`,
  picture: (line) => `/try/picture/${line.id}.png`,
  photo: (line) => `/try/photo/${line.id}`,
  today: now,
  why: openWhy,
};
const group = new Pane(document.getElementById("group"), boot.zone, { ...does, empty: welcome(`${boot.shop}开着`, "像在群里一样说一句试试", "菜单", "来2箱橙子 香蕉3斤", "橙子还有吗") });
const own = new Pane(document.getElementById("private"), boot.zone, { ...does, empty: welcome("还没有私聊", "付款链接和取货码会发到这里") });
const tabs = new Tabs(group.root, boot.rooms, (name) => { room = name; openGroup(); });
const phone = new Switch(panes, (which) => { if (which === "private") read(me); });

// -- who I am

function be(name) {
  me = name;
  if (!people.has(name)) people.set(name, { name, role: "顾客", unread: false });
  read(name);
  openGroup();
  const role = people.get(name).role;
  own.open({ key: `private:${name}`, room: null, title: `${name}和店里的私聊`, about: role === "顾客" ? "" : role, name },
    [...lines.values()].filter((line) => line.room === null && line.to === name));
  drawPeople();
}

function openGroup() {
  tabs.pick(room);
  phone.name(room, `${me}的私聊`);
  group.open({ key: `room:${room}:${me}`, room, title: room, about: `你是${me}`, name: me }, [...lines.values()].filter((line) => line.room === room));
}

function read(name) {
  const one = people.get(name);
  if (!one?.unread || !phone.isSeen("private")) return;
  one.unread = false;
  drawPeople();
}

function drawPeople() {
  const chips = [...people.values()].map((one) => el("button",
    { type: "button", class: "person", "aria-pressed": String(one.name === me), onclick: () => be(one.name) },
    avatar(one.name), one.name, one.role && one.role !== "顾客" && one.role !== one.name ? el("small", {}, one.role) : null,
    one.unread ? el("i", { class: "dot", title: "有新私聊" }) : null,
    one.unread ? el("span", { class: "unseen" }, "有新私聊") : null));
  const box = document.querySelector(".people");
  const hadFocus = box.contains(document.activeElement);
  box.replaceChildren(...chips, el("button", { type: "button", class: "person new", onclick: () => document.getElementById("newcomer").showModal() }, "＋ 新顾客"));
  const chosen = box.querySelector("[aria-pressed=true]");
  if (hadFocus) chosen?.focus();
  chosen?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.getElementById("newcomer-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get("name").trim();
  if (!name) return;
  event.target.reset();
  document.getElementById("newcomer").close();
  be(name);
});

// -- lines as they come

function heard(line) {
  if (lines.has(line.id)) return;
  lines.set(line.id, line);
  if (isReady) missedOne();
  if (line.room !== null) {
    if (line.room === room) group.show(line);
    else if (isReady) tabs.dot(line.room, true);
    if (!line.shop) meet(line.name);
    if (isReady) phone.dot("group", true);
    return;
  }
  meet(line.to);
  if (line.to === me) own.show(line);
  if (!isReady || !line.shop || (line.to === me && phone.isSeen("private"))) return;
  people.get(line.to).unread = true;
  if (line.to === me) phone.dot("private", true);
  drawPeople();
}

function meet(name) {
  if (people.has(name)) return;
  people.set(name, { name, role: "顾客", unread: false });
  drawPeople();
}

be(me);
listen("/try/stream", {
  line: heard,
  ready() {
    if (isReady) return; // said again after every reconnect
    isReady = true;
    group.settled();
    own.settled();
  },
  clock: (event) => setClock(event.now),
  reset() { lines.clear(); for (const one of people.values()) one.unread = false; be(me); },
});

// -- the clock

function now() { return new Date(shopClock.at.getTime() + (Date.now() - shopClock.asOf)); }

function setClock(at) {
  shopClock.at = new Date(at);
  shopClock.asOf = Date.now();
  drawClock();
}

const wall = new Intl.DateTimeFormat("zh-CN", { timeZone: boot.zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
function drawClock() {
  const parts = Object.fromEntries(wall.formatToParts(now()).map((one) => [one.type, one.value]));
  document.querySelector(".now").replaceChildren(el("small", {}, `现在 ${parts.weekday}`), `${parts.hour}:${parts.minute}`);
}
drawClock();
setInterval(drawClock, 5000);

async function moveClock(button, jump) {
  button.disabled = true;
  try {
    const answer = await post("/try/clock", jump);
    setClock(answer.now);
    toast(answer.said.length ? `${button.textContent}：店里说了 ${answer.said.length} 句` : `${button.textContent}：店里没什么要说的`);
  } catch (wrong) { oops(wrong); } finally { button.disabled = false; }
}

// -- tools

for (const button of document.querySelectorAll(".tool[data-minutes], .tool[data-until]")) {
  const { minutes, until } = button.dataset;
  button.addEventListener("click", () => moveClock(button, until ? { until } : { minutes: Number(minutes) }));
}
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}
for (const box of document.querySelectorAll("dialog")) {
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); }); // a tap beside it
}
const more = document.querySelector(".more");
more.addEventListener("click", () => {
  more.setAttribute("aria-expanded", String(document.getElementById("tools").classList.toggle("is-open")));
});

async function play(what) {
  document.getElementById("play").close();
  toast("正在播放…");
  try {
    const answer = await post("/try/play", { ...what, pace: 700 });
    toast(`播放完了，${answer.played} 句`);
  } catch (wrong) { oops(wrong); }
}
for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => play({ sample: button.dataset.sample }));
}
document.getElementById("script").addEventListener("submit", (event) => {
  event.preventDefault();
  play({ text: new FormData(event.target).get("text") });
});
document.getElementById("reset-now").addEventListener("click", async () => {
  document.getElementById("reset").close();
  try { setClock((await post("/try/reset", {})).now); } catch (wrong) { oops(wrong); }
});

async function openWhy(line) {
  const drawer = document.getElementById("why");
  try {
    const { why } = await get(`/try/why?line=${line.id}`);
    drawer.querySelector(".why-body").replaceChildren(...drawWhy(why));
    drawer.showModal();
  } catch (wrong) { oops(wrong); }
}
