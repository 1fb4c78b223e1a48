// A small question before something is done. Resolves to what was typed, or null.
import { el } from "./dom.js";

export function ask(title, fields, yes) {
  const box = document.querySelector("dialog.ask"), form = box.querySelector("form");
  return new Promise((done) => {
    form.replaceChildren(el("h2", {}, title),
      ...fields.map(([name, label, value]) => el("label", {}, label, el("input", { name, value, autocomplete: "off" }))),
      el("div", { class: "row" }, el("button", { class: "button", value: "yes" }, yes), el("button", { class: "button quiet", value: "" , formnovalidate: true }, "算了")));
    box.onclose = () => done(box.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
    box.returnValue = "";
    box.showModal();
  });
}
