// Two soft notes when somebody new waits. Browsers stay silent until the page was touched once.
let audio;
addEventListener("pointerdown", () => { audio ??= new AudioContext(); }, { once: true });
addEventListener("keydown", () => { audio ??= new AudioContext(); }, { once: true });

export function chime() {
  if (!audio) return;
  for (const [pitch, after] of [[660, 0], [880, 0.16]]) {
    const note = audio.createOscillator(), loud = audio.createGain(), at = audio.currentTime + after;
    note.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
    note.connect(loud).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.32);
  }
}
