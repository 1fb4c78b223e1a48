// A photo before it is sent: a phone takes more pixels than anybody looks at, and writes down where it was taken.

const LONGEST = 2048; // px

export async function shrunk(file) {
  if (file.type === "image/gif") return file; // it moves
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // JPEG knows nothing transparent
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.85));
  } catch {
    return file; // no picture that the browser knows: the shop says what it thinks of it
  }
}

// The pictures that were chosen or pasted, one after the other; `show` sends one.
export function takePhotos(input, area, show) {
  const all = async (files) => {
    for (const file of [...files].slice(0, 9)) if (file.type.startsWith("image/")) await show(await shrunk(file));
  };
  input.addEventListener("change", async () => { await all(input.files); input.value = ""; });
  area.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    all(event.clipboardData.files);
  });
}
