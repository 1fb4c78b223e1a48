// The shop's own room: one group (or a few) and one's own private chat.

import { missedOne } from "./dom.js";
import { Pane, welcome } from "./pane.js";
import { fitKeyboard, Switch } from "./switch.js";
import { Tabs } from "./tabs.js";
import { get, listen, post, postPhoto } from "./wire.js";

fitKeyboard();
const panes = document.querySelector(".panes");
const boot = JSON.parse(panes.dataset.boot);
const lines = new Map();
let room = boot.rooms[0];
let isReady = false;

const does = {
  send: (out) => out.photo ? postPhoto("/room/show", { room: out.room, nonce: out.nonce }, out.photo) : post("/room/say", { room: out.room, text: out.text, nonce: out.nonce, reply_to: out.reply_to }),
  isMine: (line) => line.mine,
  quotedOf: (id) => lines.get(id),
  qr: (line) => `/room/qr/${line.id}.svg`,
  picture: (line) => `/room/picture/${line.id}.png`,
  photo: (line) => `/room/photo/${line.id}`,
  today: () => new Date(),
  many: boot.at_once,
  earlier,
};
const group = new Pane(document.getElementById("group"), boot.zone, { ...does, empty: welcome("还没有人说话", "要什么直接说，比如“来2箱橙子”", "菜单") });
const own = new Pane(document.getElementById("private"), boot.zone, { ...does, empty: welcome("和店里单独说", "只有你和店里看得见", "菜单", "我的订单") });
const tabs = new Tabs(group.root, boot.rooms, openRoom);
const phone = new Switch(panes);

async function earlier(chat, before) {
  const where = chat.room === null ? "" : `&room=${encodeURIComponent(chat.room)}`;
  const answer = await get(`/room/earlier?before=${before}${where}`);
  for (const line of answer.lines) lines.set(line.id, line);
  return answer;
}

const inRoom = (name) => [...lines.values()].filter((line) => line.room === name).sort((one, other) => one.id - other.id);

function openRoom(name) {
  room = name;
  tabs.pick(name);
  phone.name(name, "私聊");
  group.open({ key: `room:${name}`, room: name, title: name, about: "", name: boot.me }, inRoom(name));
}

openRoom(room);
own.open({ key: "private", room: null, title: boot.shop, about: "私聊，只有你看得见", name: boot.me }, []);

listen("/room/stream", {
  line(line) {
    if (lines.has(line.id)) return;
    lines.set(line.id, line);
    if (line.room === null) own.show(line);
    else if (line.room === room) group.show(line);
    else if (isReady) tabs.dot(line.room, true);
    if (isReady && !line.mine) missedOne();
    if (isReady && !line.mine) phone.dot(line.room === null ? "private" : "group", true);
  },
  ready() {
    if (isReady) return; // said again after every reconnect
    isReady = true;
    group.settled();
    own.settled();
  },
  reset: () => location.reload(),
});
