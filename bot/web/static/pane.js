// One chat on the page: its lines, what waits to be sent, and the input.

import { drawLine, drawPending } from "./bubble.js";
import { el, part, toast } from "./dom.js";
import { takePhotos } from "./photo.js";
import { nonce } from "./wire.js";

const RULE_AFTER = 5 * 60 * 1000; // a time rule after five quiet minutes
const NEAR = 80; // px from the bottom that still count as "at the bottom"
const ONE_AFTER_ANOTHER = 2 * 60 * 1000;

export class Pane {
  // `does`: send(out) posts and resolves; isMine(line), quotedOf(line), qr(line); why(line) where it is offered;
  // today() the shop's time; empty() what stands in an empty chat; a chat of `many` lines may have
  // more, which earlier(chat, before) reads.
  constructor(root, zone, does) {
    this.root = root;
    this.does = does;
    this.log = part(root, "log");
    this.text = part(root, "text");
    this.pill = part(root, "pill");
    this.quoting = part(root, "quoting");
    this.seen = new Map(); // id → line
    this.waiting = new Map(); // nonce → what was typed; survives a change of chat
    this.clock = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, month: "long", day: "numeric" });
    this.#listen();
    this.open({ key: null, title: "", about: "", name: "" }, []);
  }

  // chat: {key, room, title, about, name}; name is who speaks here.
  open(chat, lines) {
    this.chat = chat;
    part(this.root, "about").textContent = chat.about;
    this.root.querySelector("h2").textContent = chat.title;
    this.seen = new Map();
    this.last = null;
    this.quote(null);
    this.log.replaceChildren();
    if (lines.length >= (this.does.many ?? Infinity)) this.log.append(el("button", { type: "button", class: "earlier", onclick: () => this.#back() }, "更早的消息"));
    for (const line of lines) this.#append(line);
    for (const out of this.waiting.values()) if (out.key === chat.key) this.#hang(out);
    this.#emptyOrNot();
    this.#toBottom();
  }

  show(line) {
    if (this.seen.has(line.id)) return;
    const stays = this.#isAtBottom();
    const mine = this.does.isMine(line);
    const out = mine && line.nonce ? this.waiting.get(line.nonce) : undefined;
    if (out) { this.waiting.delete(out.nonce); out.node.remove(); }
    this.#append(line).classList.toggle("is-live", !out);
    this.#emptyOrNot();
    if (stays || mine) this.#toBottom();
    else this.pill.hidden = false;
  }

  // The log has been read up to now.
  settled() {
    this.log.setAttribute("aria-busy", "false");
    this.open(this.chat, [...this.seen.values()]);
  }

  say(text, replyTo = null, photo = null) {
    const out = { nonce: nonce(), key: this.chat.key, room: this.chat.room, name: this.chat.name, text, reply_to: replyTo, photo };
    this.waiting.set(out.nonce, out);
    this.#hang(out);
    this.#emptyOrNot();
    this.#toBottom();
    this.#send(out);
  }

  quote(line) {
    this.quoted = line;
    this.quoting.hidden = !line;
    if (!line) return;
    this.quoting.firstElementChild.textContent = `${line.name}：${line.text}`;
    this.text.focus();
  }

  async #back() {
    const known = [...this.seen.values()];
    const chat = this.chat;
    try {
      const { lines, more } = await this.does.earlier(chat, known[0].id);
      if (this.chat !== chat) return;
      const fromBottom = this.log.scrollHeight - this.log.scrollTop;
      this.open(chat, [...lines, ...this.seen.values()]);
      if (!more) this.log.querySelector(".earlier").remove();
      this.log.scrollTop = this.log.scrollHeight - fromBottom; // the line that was being read stays where it was
    } catch (wrong) { oops(wrong); }
  }

  async #send(out) {
    out.wrong = "";
    this.#hang(out);
    try {
      await this.does.send(out);
    } catch (wrong) {
      if (!this.waiting.has(out.nonce)) return; // the line is there all the same
      out.wrong = wrong.message;
      out.final = wrong.final;
      this.#hang(out);
    }
  }

  #hang(out) {
    const node = drawPending(out, () => this.#send(out));
    if (out.node?.isConnected) out.node.replaceWith(node);
    else if (out.key === this.chat.key) this.log.append(node);
    out.node = node;
  }

  #append(line) {
    const mine = this.does.isMine(line);
    const node = drawLine(line, {
      mine,
      quoted: line.reply_to ? this.does.quotedOf(line.reply_to) : null,
      does: { say: (text) => this.say(text), quote: (one) => this.quote(one), why: this.does.why, qr: this.does.qr, picture: this.does.picture, photo: this.does.photo },
    });
    const at = new Date(line.at);
    const rule = this.#ruleBefore(at);
    const isMore = !rule && this.last?.line.name === line.name && this.last.line.shop === line.shop && at - this.last.at < ONE_AFTER_ANOTHER;
    node.classList.toggle("is-more", Boolean(isMore));
    const before = [...this.waiting.values()].find((out) => out.node?.isConnected)?.node ?? null;
    if (rule) this.log.insertBefore(rule, before);
    this.log.insertBefore(node, before);
    this.seen.set(line.id, line);
    this.last = { line, at };
    return node;
  }

  #ruleBefore(at) {
    if (this.last && Math.abs(at - this.last.at) < RULE_AFTER) return null;
    const day = this.day.format(at);
    const when = day === this.day.format(this.does.today()) ? "" : `${day} `;
    return el("p", { class: "rule" }, `${when}${this.clock.format(at)}`);
  }

  #emptyOrNot() {
    const there = this.log.querySelector(".empty");
    const isEmpty = this.seen.size === 0 && !this.log.querySelector(".line");
    if (!isEmpty) there?.remove();
    else if (!there && this.log.getAttribute("aria-busy") === "false") this.log.append(this.does.empty(this));
  }

  #isAtBottom() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR; }

  #toBottom() { this.log.scrollTop = this.log.scrollHeight; this.pill.hidden = true; }

  #listen() {
    const submit = () => {
      const text = this.text.value.trim();
      if (!text) return;
      this.say(text, this.quoted?.id ?? null);
      this.text.value = "";
      this.#grow();
      this.quote(null);
    };
    part(this.root, "composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); this.text.focus(); });
    this.text.addEventListener("keydown", (event) => {
      // While an input method is open, Enter picks a character and must not send (229: Safari says it late).
      if (event.key === "Escape") this.quote(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      submit();
    });
    this.text.addEventListener("input", () => this.#grow());
    takePhotos(part(this.root, "photo"), this.text, (photo) => this.say("图片", null, photo));
    this.quoting.querySelector("button").addEventListener("click", () => this.quote(null));
    this.pill.addEventListener("click", () => this.#toBottom());
    this.log.addEventListener("scroll", () => { if (this.#isAtBottom()) this.pill.hidden = true; }, { passive: true });
    // The phone's keyboard takes half the height: who read the newest line still sees it.
    let was = true;
    this.log.addEventListener("scroll", () => { was = this.#isAtBottom(); }, { passive: true });
    this.log.addEventListener("load", () => { if (was) this.#toBottom(); }, true); // a photo takes its room late
    new ResizeObserver(() => { if (was) this.#toBottom(); }).observe(this.log);
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 147)}px`;
  }
}

// What stands in an empty chat: who is here, a sentence, and words to tap.
export const welcome = (title, sentence, ...words) => (pane) => el("div", { class: "empty" },
  el("span", { class: "brand-mark", "aria-hidden": "true" }),
  el("h3", {}, title),
  el("p", {}, sentence),
  words.length ? el("div", { class: "chips" }, words.map((says) => el("button", { type: "button", class: "chip", onclick: () => pane.say(says) }, says))) : null);

export const oops = (wrong) => toast(wrong.message);
