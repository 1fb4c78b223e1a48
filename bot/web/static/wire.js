// To the server and back: posts as JSON, lines as server-sent events.

// randomUUID is only there on https and localhost; a shop may well run on http in its own network.
export function nonce() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Resolves to the answer, or throws an Error whose message is a sentence for people. `final` says that trying again
// would end the same way.
export const post = (path, body) => send(path, "application/json", JSON.stringify(body));

// A photo is the whole body; what it is for stands in the address.
export const postPhoto = (path, asked, photo) => {
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== null && value !== undefined));
  return send(`${path}?${query}`, photo.type || "image/unknown", photo);
};

async function send(path, type, body) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": type }, body });
  } catch {
    throw new Error("没发出去，网络断了");
  }
  const answer = await response.json().catch(() => null); // a login page of the café's network, say
  if (response.ok && answer) return answer;
  const wrong = new Error(answer?.error || "没发出去，请稍后再试");
  wrong.final = response.status >= 400 && response.status < 500 && response.status !== 429;
  throw wrong;
}

export async function get(path) {
  const response = await fetch(path);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "没读到，请稍后再试");
  return answer;
}

// `on` has line, ready and any other event by its name. The browser reconnects and resumes by itself after a broken
// line, but gives up for good when a proxy answers instead of us (502 while the shop restarts): then we open it again.
export function listen(path, on) {
  const off = document.querySelector(".off[role=status]");
  let source;
  let last = "";
  let pause = 1500;
  const open = () => {
    source = new EventSource(last ? `${path}?after=${last}` : path);
    source.onopen = () => { off.hidden = true; pause = 1500; };
    source.onerror = () => {
      off.hidden = false;
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, pause);
      pause = Math.min(pause * 2, 30000);
    };
    for (const [name, heard] of Object.entries(on)) {
      source.addEventListener(name, (event) => {
        last = event.lastEventId || last;
        heard(JSON.parse(event.data));
      });
    }
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
