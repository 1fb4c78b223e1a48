// Counts down the time to pay from what the server said was left; the page is whole without it.

const shown = document.querySelector("[data-left]");

if (shown) {
  const end = Date.now() + Number(shown.dataset.left) * 1000;
  const draw = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const minutes = Math.floor(left / 60);
    const seconds = String(left % 60).padStart(2, "0");
    shown.textContent = left ? `还有 ${minutes}:${seconds}` : "时间到了，刷新看看";
    shown.classList.toggle("hurry", left < 120);
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(draw, 1000);
  draw();
}
