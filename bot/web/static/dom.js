// Elements made by hand. What people typed only ever becomes a text node: there is no innerHTML in this folder.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

let toastGone;
export function toast(sentence) {
  const box = document.querySelector(".toast");
  box.textContent = sentence;
  box.hidden = false;
  clearTimeout(toastGone);
  toastGone = setTimeout(() => { box.hidden = true; }, 3500);
}

// A colour that stays with the name, and its last two characters: 大刘 and 3栋刘姐 are told apart at a glance.
export function avatar(name, isShop = false) {
  if (isShop) return el("span", { class: "avatar shop", "aria-hidden": "true" });
  let sum = 0;
  for (const one of name) sum = (sum * 31 + one.codePointAt(0)) % 9973;
  return el("span", { class: `avatar hue-${sum % 10}`, "aria-hidden": "true" }, [...name].slice(-2).join(""));
}

// Who looks at another tab sees how much came in meanwhile.
const title = document.title;
let missed = 0;
export function missedOne() {
  if (document.hidden) document.title = `(${++missed}) ${title}`;
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { missed = 0; document.title = title; }
});
